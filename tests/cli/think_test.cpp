// What the program says of a drill without playing it: dry runs, warnings, and files it refuses to play.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "places.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/eventually.hpp"

namespace firedrill::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::set<std::string> files_in(const Desk& desk) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator{desk.path()}) names.insert(entry.path().string());
  return names;
}

TEST(DryRun, TellsWhatWouldHappenAndDoesNothing) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  const auto before = files_in(desk);

  const Finished it = firedrill(desk, {"run", "--dry-run", "small.toml", "--junit", "ci/small.xml", "--report", "out"});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.error, IsEmpty());
  EXPECT_EQ(it.out, R"(small  A little late
dry run: nothing was opened or started; it would take 1.5s, with seed 7

timeline
      500ms  late on: latency on api: delay 30ms
         1s  late off
       1.5s  the run ends

loads
  users: 100 requests per second to proxy:api/

blast radius
  api  127.0.0.1:0 to backend:web
    late (latency), 500ms to 1s: every link, from backend to client
        all bytes come late by 30ms
    worst case: for 500ms (500ms to 1s) all bytes come late by 30ms (fault "late")

safety
  whatever happens, all is healed by 10m (max_duration)
  no [abort]: nothing else ends it early but Ctrl-C

checks
  users are served
      load users, during always (0s to 1.5s, about 150 samples)
      expected  errors < 1%
  users wait
      load users, during late (500ms to 1s, about 50 samples)
      expected  p50 >= 25ms
)");
  EXPECT_EQ(files_in(desk), before);
}

TEST(DryRun, AnswersProgramsInJson) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it =
      firedrill(desk, {"run", "small.toml", "--dry-run", "--json", "--seed", "11", "--set", "fault.late.percent=20%"});

  EXPECT_EQ(it.exit_code, 0);
  const auto outline = ordered_json::parse(it.out);
  EXPECT_EQ(outline.at("seed"), 11);
  EXPECT_EQ(outline.at("proxies").at(0).at("faults").at(0).at("share"), 0.2);
}

TEST(DryRun, ExplainsABrokenDrill) {
  const Desk desk;
  desk.write("small.toml", small_drill("duration = 5"));

  const Finished it = firedrill(desk, {"run", "--dry-run", "small.toml"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_THAT(it.error, HasSubstr("small.toml:5:12: "));
}

constexpr const char* warning =
    "small.toml:28:7: warning: fault \"late\": for = \"500ms\": would end at 1s, but the drill lasts 800ms: it is "
    "cut\n";

std::string cut_drill() { return small_drill("duration = \"800ms\"\nmax_duration = \"1m\""); }

TEST(Check, WarnsAndIsContent) {
  const Desk desk;
  desk.write("small.toml", cut_drill());

  const Finished plain = firedrill(desk, {"check", "small.toml"});
  const Finished strict = firedrill(desk, {"check", "--strict", "small.toml"});
  const Finished json = firedrill(desk, {"check", "--json", "small.toml"});

  EXPECT_EQ(plain.exit_code, 0);
  EXPECT_EQ(plain.out, "ok: small, 800ms, 1 fault, 2 checks\n");
  EXPECT_EQ(plain.error, warning);
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_EQ(strict.error, warning);
  EXPECT_EQ(json.exit_code, 0);
  const auto first = ordered_json::parse(json.out).at(0);
  EXPECT_EQ(first.at("ok"), true);
  EXPECT_EQ(first.at("warnings").at(0).at("line"), 28);
}

TEST(Check, ReadsAsExecDoesWhenAskedTo) {
  const std::string file = FIREDRILL_SOURCE_DIR "/docs/ci/resilience.toml";

  const Finished asked = firedrill(Desk{}, {"check", "--exec", "--strict", file});
  const Finished plain = firedrill(Desk{}, {"check", file});

  EXPECT_EQ(asked.exit_code, 0) << asked.error;
  EXPECT_EQ(asked.out, "ok: resilience, as long as the command, at most 10m, 1 fault, no checks\n");
  EXPECT_EQ(plain.exit_code, 2);
  EXPECT_THAT(plain.error,
              HasSubstr("for is missing; without it the fault lasts until the end of the run, and the drill has no "
                        "duration (only under firedrill exec it needs none)"));
}

TEST(Check, IsContentWithTheLibraryEvenWhenStrict) {
  std::vector<std::string> words{"check", "--strict"};
  for (const auto& entry : fs::directory_iterator{fs::path{library("x")}.parent_path()})
    if (entry.path().extension() == ".toml") words.push_back(entry.path().string());

  const Finished it = firedrill(Desk{}, words);

  EXPECT_EQ(it.exit_code, 0) << it.error;
}

TEST(Run, WarnsBeforeItStarts) {
  const Desk desk;
  desk.write("small.toml", cut_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out"});

  EXPECT_EQ(it.error, warning);
  EXPECT_TRUE(fs::exists(desk / "out/report.json"));
}

TEST(Run, KeepsIncludedFilesInItsJournal) {
  const Desk desk;
  const std::string whole = small_drill();
  const std::size_t stack = whole.find("[[backend]]");
  desk.write("stack.toml", whole.substr(stack));
  desk.write("small.toml", "include = [\"stack.toml\"]\n" + whole.substr(0, stack));

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out"});

  EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
  const std::string journal = desk.read("out/journal.jsonl");
  const auto start = ordered_json::parse(journal.substr(0, journal.find('\n')));
  EXPECT_EQ(start.at("text"), desk.read("small.toml"));
  EXPECT_EQ(start.at("included").size(), 1U);
  EXPECT_EQ(start.at("included").at(0), (ordered_json{{"file", "stack.toml"}, {"text", desk.read("stack.toml")}}));
  EXPECT_THAT(desk.read("out/report.md"), HasSubstr("Included: stack.toml, word for word"));
}

/// The corpus of tests/drills/broken in a directory of its own, so that messages name files as there.
class Corpus : public testing::Test {
 protected:
  Corpus() {
    fs::copy(FIREDRILL_SOURCE_DIR "/tests/drills/broken", desk_.path(), fs::copy_options::recursive);
    for (const auto& entry : fs::directory_iterator{desk_.path()})
      if (entry.path().extension() == ".toml") names_.push_back(entry.path().stem().string());
    std::sort(names_.begin(), names_.end());
  }

  Finished run(std::vector<std::string> words) const {
    return firedrill(desk_, std::move(words), {"TARGET=http://127.0.0.1:1", "RATE=ten"});
  }

  const Desk desk_;
  std::vector<std::string> names_;
};

TEST_F(Corpus, IsExplainedByCheckAllAtOnce) {
  std::vector<std::string> words{"check"};
  std::string expected;
  for (const std::string& name : names_) {
    words.push_back(name + ".toml");
    expected += desk_.read(name + ".txt");
  }

  const Finished it = run(words);

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_EQ(it.error, expected);
}

TEST_F(Corpus, StartsNothing) {
  const auto before = files_in(desk_);
  for (std::size_t i = 0; i < names_.size(); i += tests::haste) {
    const std::string& name = names_[i];
    const Finished it = run({"run", name + ".toml", "--report", "out"});

    EXPECT_EQ(it.exit_code, 2) << name;
    EXPECT_THAT(it.out, IsEmpty()) << name;
    EXPECT_THAT(it.error, testing::StartsWith(desk_.read(name + ".txt"))) << name;
    EXPECT_THAT(it.error, EndsWith(" above and run it again\n")) << name;
  }
  EXPECT_EQ(files_in(desk_), before);
}

TEST_F(Corpus, AndFilesThatAreNone) {
  std::ofstream{desk_ / "long.toml"} << "# " << std::string(50'000'000, 'x') << "\n";

  EXPECT_EQ(run({"check", "long.toml", ".", "gone.toml"}).error,
            "long.toml: longer than 1MiB, which no drill needs\n"
            ".: is a directory without files *.cfg, such as HAProxy takes; of anything else a file is to be named\n"
            "gone.toml: cannot be read: No such file or directory\n");
  EXPECT_EQ(run({"run", "."}).exit_code, 2);
}

}  // namespace
}  // namespace firedrill::tests
