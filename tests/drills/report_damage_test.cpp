// Journals that were cut, overwritten or never finished: read as far as they go, and what is missing is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/drills/sample_journal.hpp"
#include "tests/support/eventually.hpp"

namespace firedrill::drills {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

// Every report can be made; returns the JSON.
Json render(const Report& report) {
  EXPECT_FALSE(to_markdown(report).empty());
  EXPECT_FALSE(to_junit(report).empty());
  return to_json(report);
}

TEST(DamagedJournal, SaysWhereAJournalWithoutAnEndEnds) {
  SampleJournal journal = outage();
  while (journal.lines.back()["t"] > 22) journal.lines.pop_back();

  const Json json = render(read(journal));

  EXPECT_EQ(json["result"], "errored");
  EXPECT_EQ(json["exit_code"], 4);
  EXPECT_EQ(json["reasons"].dump(), R"(["the journal ends at t=20.0 s: the run was killed, or is not over yet"])");
  EXPECT_EQ(json["complete"], false);
  EXPECT_EQ(json["missing"].dump(), R"(["there is no run_end: the journal ends at t=20.0 s"])");
  EXPECT_EQ(json["faults"][0]["in_force"].dump(), "[[10.001,null]]");
  EXPECT_EQ(json["faults"][0]["first"]["link"], 2101);
  EXPECT_EQ(json["pools"][0]["timed_out"], 200);
}

TEST(DamagedJournal, ReadsAJournalCutAnywhere) {
  const std::string text = outage().text();

  for (std::size_t cut = text.size() - 1024 / tests::haste; cut <= text.size(); ++cut) {
    const Report report = read_text(text.substr(0, cut));
    const Json json = render(report);
    const bool whole = cut >= text.size() - 1;  // but for the end of its last line
    ASSERT_EQ(report.complete, whole) << cut;
    ASSERT_EQ(json["result"], whole ? "passed" : "errored");
    const bool between = text[cut - 1] == '\n' || text[cut] == '\n';
    ASSERT_EQ(report.missing.size(), whole ? 0u : between ? 1u : 2u) << cut;
    if (!whole && !between) {
      ASSERT_EQ(report.missing.front(), "the last line is cut off");
    }
  }
}

TEST(DamagedJournal, ReadsPastGarbage) {
  const SampleJournal journal = outage();
  std::mt19937 random{11};
  const auto draw = [&](int most) { return std::uniform_int_distribution{0, most}(random); };
  for (int round = 0; round < 100; ++round) {
    std::string text;
    std::size_t garbage = 0;
    for (const Json& each : journal.lines) {
      if (draw(3) == 0) {
        std::string noise(static_cast<std::size_t>(draw(80)), ' ');
        for (char& c : noise) c = static_cast<char>(draw(255));
        std::erase(noise, '\n');
        text += noise + "\n";
        ++garbage;
      }
      text += each.dump() + "\n";
    }

    const Report report = read_text(text);

    EXPECT_EQ(report.result, "passed");
    EXPECT_EQ(report.complete, garbage == 0);
    EXPECT_EQ(report.phases[3].requests.count, 12000u);
    render(report);
  }
}

TEST(DamagedJournal, BearsFieldsOfTheWrongType) {
  const SampleJournal journal = outage();
  const std::array<Json, 8> wrong{nullptr,
                                  true,
                                  -1,
                                  1e300,
                                  18446744073709551615U,
                                  "text",
                                  Json::array({Json::array(), nullptr}),
                                  Json{{"name", 7}, {"x", Json::array({1, "y"})}}};
  for (std::size_t i = 0; i < journal.lines.size(); ++i) {
    // Of the many alike, one each.
    if (i > 0 && journal.lines[i]["event"] == journal.lines[i - 1]["event"]) continue;
    for (const auto& item : journal.lines[i].items()) {
      for (const Json& value : wrong) {
        SampleJournal damaged;
        damaged.lines = {journal.lines[0], journal.lines[i], journal.lines.back()};
        damaged.lines[i == 0 ? 0 : 1][item.key()] = value;
        if (item.key() == "v" && i == 0 && value == 18446744073709551615U) continue;  // a later version, said so
        EXPECT_NO_THROW(render(read(damaged))) << item.key() << " in " << damaged.lines[1].dump();
      }
    }
  }
}

TEST(DamagedJournal, CountsWhatIsMissing) {
  SampleJournal journal = outage();
  journal.add(61, "dropped", {{"lines", 3}});
  journal.add(62, "comet", {{"tail", true}});
  journal.lines.erase(journal.lines.begin() + 3, journal.lines.begin() + 5);
  std::string text = journal.text();
  text.insert(text.find('\n') + 1, "{\"v\":1,\n");

  const Report report = read_text(text);

  EXPECT_EQ(report.result, "passed");
  EXPECT_THAT(report.missing,
              ElementsAre("line 2 cannot be read", "2 lines are missing by their numbers, the first before t=15.0 s",
                          "3 lines were dropped during the run: the disk was full or too slow"));
  EXPECT_EQ(report.unknown.at("comet"), 1u);
  EXPECT_THAT(to_markdown(report), HasSubstr("The journal is not complete"));
}

TEST(DamagedJournal, NoticesTwoRunsInOneFile) {
  const std::string text = outage().text();

  EXPECT_THAT(read_text(text + text).missing, ElementsAre(HasSubstr("more than one run in one file")));
}

TEST(DamagedJournal, LeavesOutImpossibleFigures) {
  SampleJournal journal = outage();
  line(journal, "requests")["latency"] =
      Json::array({Json::array({0, 1}), Json::array({1700, 9'000'000'000'000'000'000U})});
  journal.add(63, "requests", {{"load", "users"}, {"sent", 1}, {"errors", {{"timeout", 2}}}});

  const Report report = read(journal);

  EXPECT_EQ(report.phases[0].requests.count, 1000u);
  EXPECT_THAT(report.missing, ElementsAre("2 lines of requests with impossible figures"));
}

TEST(DamagedJournal, RefusesWhatIsNoJournal) {
  Scratch scratch;
  const auto refusal = [&](const std::string& content) -> std::string {
    try {
      read_journal(scratch.write("file", content));
    } catch (const JournalError& error) {
      return error.what();
    }
    return "read";
  };

  EXPECT_THAT(refusal(""), HasSubstr("is not the journal of a run"));
  EXPECT_THAT(refusal("hello\nworld\n"), HasSubstr("is not the journal of a run"));
  EXPECT_THAT(refusal("{\"a\":1}\n"), HasSubstr("is not the journal of a run"));
  EXPECT_THAT(refusal(R"({"v":2,"seq":0,"t":0,"event":"run_start"})"), HasSubstr("is a journal of version 2"));
  EXPECT_THROW(read_journal(scratch.path() / "nothing"), JournalError);
  EXPECT_THROW(read_journal(scratch.path()), JournalError);
}

}  // namespace
}  // namespace firedrill::drills
