// Numbered lines, and what is told to whom comes late.
#include "control/events.hpp"

#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace firedrill::control {
namespace {

using testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
  return n;
}

TEST(Events, AreToldOnce) {
  Events events;
  std::uint64_t last = events.newest();
  const std::uint64_t before = last;
  events.add("one", {{"n", 1}});
  events.add("two", {{"n", 2}});

  const std::string text = events.since(last);

  EXPECT_THAT(text,
              testing::StartsWith("id: " + std::to_string(before + 1) + "\nevent: one\ndata: {\"n\":1,\"utc\":\""));
  EXPECT_THAT(text, testing::EndsWith("}\n\n"));
  EXPECT_EQ(count(text, "\n\n"), 2U);
  EXPECT_EQ(last, before + 2);
  EXPECT_EQ(last, events.newest());
  EXPECT_EQ(events.since(last), "");
  last = before + 1;
  EXPECT_THAT(events.since(last), testing::Not(HasSubstr("event: one")));
}

TEST(Events, SayHowManyAreNoLongerThere) {
  Events events;
  std::uint64_t last = events.newest();
  for (std::size_t i = 0; i < Events::most + 10; ++i) events.add("tick", Json::object());
  std::uint64_t last_but_one = last + 9, in_time = last + 10;

  const std::string text = events.since(last);

  EXPECT_THAT(text, testing::StartsWith("event: lost\ndata: {\"events\":10}\n\nid: "));
  EXPECT_EQ(count(text, "event: tick"), Events::most);
  EXPECT_THAT(events.since(last_but_one), testing::StartsWith("event: lost\ndata: {\"events\":1}\n\n"));
  EXPECT_THAT(events.since(in_time), testing::StartsWith("id: "));
}

TEST(Events, OfAnotherDaemonsNumberTellAll) {
  Events events;
  const std::uint64_t before = events.newest();
  events.add("one", Json::object());
  for (std::uint64_t other : {std::uint64_t{0}, before - 1, before + 2, std::numeric_limits<std::uint64_t>::max()}) {
    EXPECT_THAT(events.since(other), testing::StartsWith("event: lost\ndata: {\"events\":null}\n\nid: "));
    EXPECT_EQ(other, events.newest());
  }
}

TEST(Events, AreOneLineEach) {
  Events events;
  std::uint64_t last = events.newest();
  events.add("one", {{"text", "a\n\ndata: \xff"}});

  const std::string text = events.since(last);

  EXPECT_EQ(count(text, "\n"), 4U) << text;
}

TEST(Events, WhatPeopleDoIsWrittenDown) {
  const tests::TemporaryDirectory directory;
  {
    Events events;
    events.add("early", Json::object());
    events.keep(directory.path() / "kept");
    events.add("one", {{"by", "ada"}});
    events.add("figures", {{"n", 1}}, false);
  }
  std::ostringstream text;
  text << std::ifstream{directory / "kept/journal.jsonl"}.rdbuf();
  EXPECT_EQ(count(text.str(), "\n"), 1U);
  const Json line = Json::parse(text.str());
  EXPECT_EQ(line.at("event"), "one");
  EXPECT_EQ(line.at("by"), "ada");
}

}  // namespace
}  // namespace firedrill::control
