// What the fuzzers have found worth keeping, and the drills there are, played once more: with every compiler, under
// every sanitizer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "places.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

const std::filesystem::path source = FIREDRILL_SOURCE_DIR;

/// Every file of the folder, each by itself; the message of a law that is broken comes with the file's name.
void replay(const std::filesystem::path& folder, Worth (*target)(Input), const std::string& extension = "") {
  std::size_t played = 0;
  std::set<std::filesystem::path> files;  // in the same order everywhere
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (entry.is_regular_file() && (extension.empty() || entry.path().extension() == extension))
      files.insert(entry.path());
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    std::ifstream stream{file, std::ios::binary};
    const std::vector<char> text{std::istreambuf_iterator<char>{stream}, {}};
    const std::vector<std::uint8_t> bytes{text.begin(), text.end()};
    try {
      target(bytes);
      ++played;
    } catch (const std::exception& broken) {
      ADD_FAILURE() << broken.what();
    }
  }
  EXPECT_GT(played, 0U);
}

TEST(Corpus, OfDrillFiles) { replay(source / "tests/fuzz/corpus/drill_file", drill_file); }
TEST(Corpus, OfChains) { replay(source / "tests/fuzz/corpus/chain", chain); }
TEST(Corpus, OfControlRequests) { replay(source / "tests/fuzz/corpus/control_request", control_request); }
TEST(Corpus, OfTargets) { replay(source / "tests/fuzz/corpus/http_target", http_target); }
TEST(Corpus, OfHaproxyFiles) { replay(source / "tests/fuzz/corpus/haproxy_file", haproxy_file); }
TEST(Corpus, OfNginxFiles) { replay(source / "tests/fuzz/corpus/nginx_file", nginx_file); }
TEST(Corpus, OfEnvoyFiles) { replay(source / "tests/fuzz/corpus/envoy_file", envoy_file); }
TEST(Corpus, OfDrillsThatShip) { replay(source / "drills/library", drill_file, ".toml"); }
TEST(Corpus, OfDrillsThatAreBroken) { replay(source / "tests/drills/broken", drill_file, ".toml"); }

}  // namespace
}  // namespace firedrill::fuzz
