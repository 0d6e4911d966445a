// What no one would write by hand: large files, noise. Each is answered, and none is taken for good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/lint/rig.hpp"
#include "tests/support/eventually.hpp"

namespace firedrill::tests {
namespace {

constexpr std::size_t ten_megabytes = 10'000'000 / haste;

std::string repeated(const std::string& piece) {
  std::string text;
  text.reserve(ten_megabytes + piece.size());
  while (text.size() < ten_megabytes) text += piece;
  return text;
}

// The names decide what the text is taken for.
constexpr const char* names[] = {"a.cfg", "a.conf", "a.yaml"};

TEST(Robustness, NoiseIsAnError) {
  std::mt19937 chance{7};
  std::string noise(1'000'000, ' ');
  for (char& c : noise) c = static_cast<char>(chance() % 256);
  std::string printable = noise;
  for (char& c : printable)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = '~';
  for (const char* const name : names) {
    EXPECT_TRUE(check_text(name, noise)->outcome.unreadable) << name;
    EXPECT_NE(check_text(name, printable)->ids(), "") << name;
  }
}

TEST(Robustness, LargeFilesOfRubbishAreCutShort) {
  for (const char* const name : names) {
    const auto checked = check_text(name, repeated("x y \"z\" { ;\n"));

    EXPECT_TRUE(checked->outcome.unreadable) << name;
    EXPECT_LE(checked->outcome.findings.size(), lint::Findings::most + 10) << name;
  }
}

TEST(Robustness, LargeFilesThatAreGoodAreRead) {
  std::string servers = "frontend f\n  bind :80\n  mode http\n  default_backend b\nbackend b\n  mode http\n";
  for (int i = 0; servers.size() < ten_megabytes; ++i)
    servers += "  server s" + std::to_string(i) + " 10.0.0.1:80 check maxconn 100\n";
  EXPECT_FALSE(check_text("a.cfg", servers)->has("FD01"));

  std::string locations = "events {\n}\nhttp {\n  server {\n";
  for (int i = 0; locations.size() < ten_megabytes; ++i)
    locations += "    location /" + std::to_string(i) + " {\n      proxy_pass http://127.0.0.1:80;\n    }\n";
  EXPECT_FALSE(check_text("a.conf", locations + "  }\n}\n")->has("FD01"));

  std::string clusters = "static_resources:\n  clusters:\n";
  for (int i = 0; clusters.size() < ten_megabytes; ++i)
    clusters += "  - {name: c" + std::to_string(i) + ", connect_timeout: 1s}\n";
  EXPECT_THAT(check_text("a.yaml", clusters)->told("FD01"), testing::HasSubstr("more than 2000 findings"));
}

// A quarter of a million rules, each of which asks what its section says: were all lines read again for each, this
// would not end before the test's time is over.
TEST(Robustness, LargeSectionsAndManyOfThemAreRead) {
  const std::string tail = "backend api\n  mode http\n  server s 10.0.0.1:80 maxconn 100\n";
  std::string rules = "frontend f\n  bind :80\n  mode http\n";
  for (int i = 0; rules.size() < ten_megabytes; ++i) {
    const std::string name = std::to_string(i);
    rules += "  acl a" + name + " path_beg /" + name + "\n  use_backend api if a" + name + "\n";
  }
  EXPECT_FALSE(check_text("a.cfg", rules + tail)->outcome.unreadable);

  std::string listens = tail;
  for (int i = 0; listens.size() < ten_megabytes; ++i)
    listens += "listen l" + std::to_string(i) + "\n  server s 10.0.0.1:80 check track api/s\n";
  EXPECT_THAT(check_text("a.cfg", listens)->told("FD01"), testing::HasSubstr("more than 2000 findings"));
}

TEST(Robustness, OneLineOfTenMegabytesIsRead) {
  for (const char* const name : names) EXPECT_NE(check_text(name, repeated("word ") + "\n")->ids(), "") << name;
}

TEST(Robustness, NothingAtAllIsNoConfiguration) {
  for (const char* const name : names)
    for (const char* const text : {"", "\n", "#\n", "\n\n"}) EXPECT_NE(check_text(name, text)->ids(), "") << name;
}

}  // namespace
}  // namespace firedrill::tests
