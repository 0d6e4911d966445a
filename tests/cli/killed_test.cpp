// A run that is killed without a word: what its journal holds to the last whole line is there, and the report says that
// more is missing.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "faults/draws.hpp"
#include "tests/cli/program.hpp"

namespace firedrill::tests {
namespace {

using namespace std::chrono_literals;

bool has_begun(const Desk& desk) {
  std::ifstream journal{desk / "out/journal.jsonl"};
  std::string line;
  return std::getline(journal, line) && !journal.eof();  // a whole one
}

TEST(Killed, AtFiftyMomentsTheJournalIsReadableToItsLastWholeLine) {
  constexpr std::uint64_t kills = haste == 1 ? 50 : 20, at_once = 10;
  const faults::Draws moments{faults::Seed{9}, "kill -9", 0};
  for (std::uint64_t first = 0; first < kills; first += at_once) {
    std::vector<std::unique_ptr<Desk>> desks;
    std::vector<std::jthread> killers;
    for (std::uint64_t i = first; i < first + at_once; ++i) {
      desks.push_back(std::make_unique<Desk>());
      desks.back()->write("drill.toml", small_drill());
      // The moment is random on purpose: whatever the run was doing must not matter.
      killers.emplace_back([&desk = *desks.back(), after = 1600ms * moments.unit(i)] {
        Program run{desk, {"run", "drill.toml", "--report", "out"}};
        EXPECT_TRUE(eventually([&] { return has_begun(desk); }));
        std::this_thread::sleep_for(after);
        run.signal(SIGKILL);
        run.finish();
      });
    }
    killers.clear();  // joined
    for (const auto& desk : desks) {
      const Finished report = firedrill(*desk, {"report", "out", "--format", "json"});

      ASSERT_TRUE(report.exit_code == 0) << report.exit_code << report.error;
      const auto told = nlohmann::ordered_json::parse(report.out);
      if (told.at("complete") == true) continue;  // it was over before the signal came
      EXPECT_FALSE(told.at("missing").empty());
      EXPECT_NE(told.at("result"), "passed");
      EXPECT_EQ(told.at("drill"), "small");
    }
  }
}

}  // namespace
}  // namespace firedrill::tests
