// Every reading function, its range checks, and the exact words of its complaints.
#include "faults/reader.hpp"

#include <gmock/gmock.h>

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

struct Reading {
  explicit Reading(std::string_view words) : table{parse_inline(words)} {}

  std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const Problem& problem : problems) lines.push_back(problem.line());
    return lines;
  }

  Value table;
  Problems problems;
  Reader keys{table, "fault \"slow\"", problems};
};

TEST(Reader, ReadsWhatIsRight) {
  Reading r{"delay=200ms size=64KiB rate=8Mbit/s share=30% count=7 number=2.5 whole=3 flag=true text=hello"};

  EXPECT_EQ(r.keys.duration("delay").value(), 200ms);
  EXPECT_EQ(r.keys.size("size").value(), 65536U);
  EXPECT_EQ(r.keys.rate("rate").value(), 1e6);
  EXPECT_EQ(r.keys.share("share", 1).value(), 0.3);
  EXPECT_EQ(r.keys.count("count").value(), 7U);
  EXPECT_EQ(r.keys.number("number").value(), 2.5);
  EXPECT_EQ(r.keys.number("whole").value(), 3);
  EXPECT_TRUE(r.keys.flag("flag", false));
  EXPECT_EQ(r.keys.text("text"), "hello");
  r.keys.finish();

  EXPECT_THAT(r.said(), ElementsAre());
}

TEST(Reader, FallsBackWhereAKeyIsAbsent) {
  Reading r{""};

  EXPECT_EQ(r.keys.duration("delay", 5s).value(), 5s);
  EXPECT_EQ(r.keys.size("size", 9).value(), 9U);
  EXPECT_EQ(r.keys.share("share", 0.5).value(), 0.5);
  EXPECT_EQ(r.keys.count("count", 4).value(), 4U);
  EXPECT_EQ(r.keys.number("number", 1.5).value(), 1.5);
  EXPECT_FALSE(r.keys.flag("flag", false));
  EXPECT_EQ(r.keys.text("text", "none"), "none");
  EXPECT_EQ(r.keys.maybe_duration("delay"), std::nullopt);
  EXPECT_EQ(r.keys.maybe_size("size"), std::nullopt);
  EXPECT_EQ(r.keys.maybe_count("count"), std::nullopt);
  EXPECT_EQ(r.keys.maybe_text("text"), std::nullopt);
  EXPECT_THAT(r.keys.texts("texts"), ElementsAre());
  EXPECT_EQ(r.keys.raw("raw"), nullptr);

  EXPECT_THAT(r.said(), ElementsAre());
}

TEST(Reader, MaybeReadsWhatIsThere) {
  Reading r{"delay=1s size=2B count=3 text=x"};

  EXPECT_THAT(r.keys.maybe_duration("delay"), Optional(Duration{1s}));
  EXPECT_THAT(r.keys.maybe_size("size"), Optional(2U));
  EXPECT_THAT(r.keys.maybe_count("count"), Optional(3U));
  EXPECT_THAT(r.keys.maybe_text("text"), Optional(std::string{"x"}));
}

TEST(Reader, SaysWhatIsMissing) {
  Reading r{""};

  (void)r.keys.duration("delay");
  (void)r.keys.size("size");
  (void)r.keys.rate("rate");
  (void)r.keys.count("max_connections");
  (void)r.keys.number("sigma");
  (void)r.keys.text("name");

  EXPECT_THAT(
      r.said(),
      ElementsAre("fault \"slow\": delay is missing; give a duration with a unit, such as \"250ms\", \"30s\" or \"5m\"",
                  "fault \"slow\": size is missing; give a size with a unit, such as \"512B\", \"64KiB\" or \"10MB\"",
                  "fault \"slow\": rate is missing; give a rate with a unit, such as \"10MB/s\" or \"8Mbit/s\"",
                  "fault \"slow\": max_connections is missing; give a whole number, 0 or more",
                  "fault \"slow\": sigma is missing; give a number", "fault \"slow\": name is missing; give a text"));
}

TEST(Reader, SaysWhatWasGivenAndWhatIsAllowed) {
  Reading r{"delay=200 size=-5B share=120% count=-1 number=x flag=yes text=7"};

  EXPECT_EQ(r.keys.duration("delay", 9s).value(), 9s);
  EXPECT_EQ(r.keys.size("size", 3).value(), 3U);
  EXPECT_EQ(r.keys.share("share", 0.25).value(), 0.25);
  EXPECT_EQ(r.keys.count("count", 6).value(), 6U);
  EXPECT_EQ(r.keys.number("number", 2).value(), 2);
  EXPECT_TRUE(r.keys.flag("flag", true));
  EXPECT_EQ(r.keys.text("text"), "");

  EXPECT_THAT(
      r.said(),
      ElementsAre("fault \"slow\": delay = 200: must be a duration with a unit, such as \"250ms\", \"30s\" or \"5m\"",
                  "fault \"slow\": size = \"-5B\": is negative; must be a size with a unit, such as \"512B\", "
                  "\"64KiB\" or \"10MB\"",
                  "fault \"slow\": share = \"120%\": must be a share from \"0%\" to \"100%\"",
                  "fault \"slow\": count = -1: must be a whole number, 0 or more",
                  "fault \"slow\": number = \"x\": must be a number",
                  "fault \"slow\": flag = \"yes\": must be true or false", "fault \"slow\": text = 7: must be a text"));
}

TEST(Reader, NegativeDurationsAreRefused) {
  Reading r{"delay=-1s"};

  (void)r.keys.duration("delay");

  EXPECT_EQ(r.problems.size(), 1U);
}

TEST(Reader, ChecksRanges) {
  Reading r{"delay=5s count=3 number=0.5"};

  (void)r.keys.duration("delay").at_most(2s);
  (void)r.keys.count("count").at_least(4).at_most(2);
  (void)r.keys.number("number").at_least(0.0).at_most(1.0);

  EXPECT_THAT(r.said(), ElementsAre("fault \"slow\": delay = \"5s\": must be at most 2s",
                                    "fault \"slow\": count = 3: must be at least 4"));
}

TEST(Reader, AProblemIsNotFollowedByARangeProblem) {
  Reading r{"count=x"};

  EXPECT_EQ(r.keys.count("count", 1).at_least(5).value(), 1U);

  EXPECT_EQ(r.problems.size(), 1U);
}

TEST(Reader, ChoosesAmongWords) {
  const auto order = [](Reading& r) { return r.keys.choice<int>("order", {{"fifo", 1}, {"lifo", 2}}, 1); };
  Reading right{"order=lifo"}, near{"order=life"}, far{"order=zzz"}, number{"order=3"}, absent{""};

  EXPECT_EQ(order(right), 2);
  EXPECT_EQ(order(near), 1);
  EXPECT_EQ(order(far), 1);
  EXPECT_EQ(order(number), 1);
  EXPECT_EQ(order(absent), 1);

  EXPECT_THAT(right.said(), ElementsAre());
  EXPECT_THAT(near.said(),
              ElementsAre("fault \"slow\": order = \"life\": must be one of fifo, lifo; did you mean \"lifo\"?"));
  EXPECT_THAT(far.said(), ElementsAre("fault \"slow\": order = \"zzz\": must be one of fifo, lifo"));
  EXPECT_THAT(number.said(), ElementsAre("fault \"slow\": order = 3: must be one of fifo, lifo"));
  EXPECT_THAT(absent.said(), ElementsAre());
}

TEST(Reader, ReadsOneTextOrSeveral) {
  Value table;
  table.put("one", Value{std::string{"a"}});
  table.put("two", Value{Value::List{Value{std::string{"a"}}, Value{std::string{"b"}}}});
  table.put("bad", Value{Value::List{Value{std::string{"a"}}, Value{true}}});
  Problems problems;
  Reader keys{table, "x", problems};

  EXPECT_THAT(keys.texts("one"), ElementsAre("a"));
  EXPECT_THAT(keys.texts("two"), ElementsAre("a", "b"));
  EXPECT_THAT(keys.texts("bad"), ElementsAre());

  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].text, "x: bad (a list): must be a text or a list of texts");
}

TEST(Reader, UnknownKeysAreProblemsWithTheNearestKnownOne) {
  Reading near{"dealy=1s"}, far{"zzz=1s"};

  for (Reading* r : {&near, &far}) {
    (void)r->keys.duration("delay", 0s);
    (void)r->keys.duration("jitter", 0s);
    r->keys.finish();
  }

  EXPECT_THAT(near.said(), ElementsAre("fault \"slow\": unknown key \"dealy\"; did you mean \"delay\"?"));
  EXPECT_THAT(far.said(), ElementsAre("fault \"slow\": unknown key \"zzz\"; known keys: delay, jitter"));
}

TEST(Reader, ProblemsCarryTheirPlace) {
  const auto file = std::make_shared<const std::string>("drill.toml");
  Value table{Value::Table{}, {file, 3, 1}};
  table.put("delay", Value{std::string{"fast"}, {file, 4, 9}});
  Problems problems;
  Reader keys{table, "fault \"slow\"", problems};

  (void)keys.duration("delay");
  (void)keys.count("count");

  ASSERT_EQ(problems.size(), 2U);
  EXPECT_THAT(problems[0].line(), ::testing::StartsWith("drill.toml:4:9: fault \"slow\": delay = \"fast\""));
  EXPECT_THAT(problems[1].line(), ::testing::StartsWith("drill.toml:3:1: fault \"slow\": count is missing"));
}

TEST(Reader, EveryProblemIsCollected) {
  Reading r{"delay=x count=y zzz=1"};

  (void)r.keys.duration("delay");
  (void)r.keys.count("count");
  (void)r.keys.text("name");
  r.keys.finish();

  EXPECT_EQ(r.problems.size(), 4U);
  EXPECT_EQ(std::string{PlanError{r.problems}.what()},
            r.said()[0] + "\n" + r.said()[1] + "\n" + r.said()[2] + "\n" + r.said()[3]);
}

TEST(Reader, NearestFindsTyposAndNothingElse) {
  const std::vector<std::string> known{"latency", "reset", "pool", "max_connections"};

  EXPECT_EQ(nearest("latncy", known), "latency");
  EXPECT_EQ(nearest("rseet", known), "reset");
  EXPECT_EQ(nearest("max_conection", known), "max_connections");
  EXPECT_EQ(nearest("bandwidth", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest("x", {}), "");
  EXPECT_EQ(nearest("abcdefghijklmnop", {"abcdefghijklmnXXXXXXXXX"}), "");
}

// Found in no time: a file of a megabyte can hold two names of half a megabyte, or a thousand times a thousand names.
TEST(Nearest, DoesNotGuessAtWhatNobodyTypes) {
  const std::string endless(400'000, 'x');

  EXPECT_EQ(nearest(endless + "y", {endless}), "");
  EXPECT_EQ(nearest("latency", {endless}), "");
}

}  // namespace
}  // namespace firedrill::faults
