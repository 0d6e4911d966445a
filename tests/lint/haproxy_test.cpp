// HAProxy's grammar: words, variables, conditions, and who inherits what from whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/haproxy_config.hpp"
#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using namespace lint::haproxy;
using testing::ElementsAre;
using testing::HasSubstr;

// A text, what was read of it, and what was found.
struct Read {
  explicit Read(const std::string& text, Variables variables = {}) : source{"a.cfg", text} {
    config = read_config(
        {&source},
        [&](const std::string& name) {
          const auto it = variables.find(name);
          return it == variables.end() ? std::nullopt : std::optional{it->second};
        },
        findings);
  }
  std::vector<std::string> words(std::size_t line) const {
    std::vector<std::string> list;
    for (const Word& word : config.sections.at(0).lines.at(line).words) list.push_back(word.text);
    return list;
  }
  std::string found() const {
    std::string all;
    for (const lint::Finding& finding : findings.list())
      all += std::string{finding.rule->id} + " " + finding.message + "\n";
    return all;
  }
  lint::Source source;
  lint::Findings findings;
  Config config;
};

std::vector<std::string> words_of(const std::string& line, const Variables& variables = {}) {
  return Read{"global\n" + line + "\n", variables}.words(0);
}

TEST(HaproxyWords, AreCutAtBlanksOutsideOfQuotes) {
  EXPECT_THAT(words_of("\ta  b\\ c 'd \"e' \"f 'g\" h\"i j\"k"), ElementsAre("a", "b c", "d \"e", "f 'g", "hi jk"));
  EXPECT_THAT(words_of(R"(a \x41\t\\ '\n' "\"")"), ElementsAre("a", "A\t\\", "\\n", "\""));
}

TEST(HaproxyWords, EndAtAComment) {
  EXPECT_THAT(words_of("a b#c"), ElementsAre("a", "b"));
  EXPECT_THAT(words_of(R"(a \#b '#c' "#d" # e)"), ElementsAre("a", "#b", "#c", "#d"));
}

TEST(HaproxyWords, HaveVariablesInDoubleQuotesOnly) {
  const Variables variables{{"A", "1"}, {"LIST", "x y"}, {"EMPTY", ""}};

  EXPECT_THAT(words_of(R"($A "$A" "${A}2" '$A' "\$A")", variables), ElementsAre("$A", "1", "12", "$A", "$A"));
  EXPECT_THAT(words_of(R"("${B-b}" "${EMPTY-no}" "${LIST}" "${LIST[*]}")", variables),
              ElementsAre("b", "", "x y", "x", "y"));
}

TEST(HaproxyWords, SayWhatIsWrongWithThem) {
  EXPECT_THAT(Read{"global\n description \"x\n"}.found(), HasSubstr("FD01 the quote \" that begins here"));
  EXPECT_THAT(Read{"global\n description \"${A\"\n"}.found(), HasSubstr("FD01 ${A has no closing brace"));
  EXPECT_THAT(Read{"global\n description \"$\"\n"}.found(), HasSubstr("FD01 a $ in double quotes"));
  EXPECT_THAT(Read{"global\n description \"$NONE\"\n"}.found(), HasSubstr("FD06 the variable NONE is not set"));
  EXPECT_THAT(Read{"global\n description a"}.found(), HasSubstr("FD01 the last line has no line break"));
}

TEST(HaproxyWords, KnowVariablesThatTheFileSets) {
  const Read read{"global\n setenv A \"b c\"\n presetenv A d\n description \"$A\" \"${.LINE}\" \"${.SECTION}\"\n"};

  EXPECT_THAT(read.words(2), ElementsAre("description", "b c", "4", "global"));
}

// Which of the lines count.
std::string counted(const std::string& text, const Variables& variables = {}) {
  const Read read{"global\n" + text, variables};
  std::string names = read.found();
  for (const Line& line : read.config.sections.at(0).lines) names += line.words[0].text + " ";
  return names;
}

TEST(HaproxyConditions, ChooseOneBranch) {
  const std::string text = ".if streq(\"$A\",x)\none\n.elif defined(A)\ntwo\n.else\nthree\n.endif\nfour\n";

  EXPECT_EQ(counted(text, {{"A", "x"}}), "one four ");
  EXPECT_EQ(counted(text, {{"A", "y"}}), "two four ");
  EXPECT_THAT(counted(text), testing::EndsWith("three four "));
}

TEST(HaproxyConditions, NestAndCombine) {
  EXPECT_EQ(
      counted(
          ".if 0\n.if 1\none\n.endif\n.else\n.if !feature(QUIC) && (0 || version_atleast(2.4))\ntwo\n.endif\n.endif\n"),
      "two ");
  EXPECT_EQ(counted(".if version_before(2.6.12)\none\n.endif\n.if\ntwo\n.endif\n"), "");
}

TEST(HaproxyConditions, SayWhatIsWrongWithThem) {
  EXPECT_THAT(counted(".if 1\none\n"), HasSubstr("FD01 this .if has no .endif"));
  EXPECT_THAT(counted(".endif\n"), HasSubstr("FD01 .endif without .if"));
  EXPECT_THAT(counted(".if 1\n.else\n.elif 1\n.endif\n"), HasSubstr("FD01 .elif without .if"));
  EXPECT_THAT(counted(".if nonsense(1)\n.endif\n"), HasSubstr("FD01 .if: \"nonsense\" is no predicate"));
  EXPECT_THAT(counted(".if 1\n.alert \"no\"\n.endif\n"), HasSubstr("FD03 this .alert is reached"));
  EXPECT_EQ(counted(".if 0\n.alert \"no\"\n.endif\n"), "");
}

constexpr const char* inheritance = R"(defaults base
  mode http
  timeout connect 4s
  default-server maxconn 30 check
defaults slow from base
  timeout connect 9s
defaults last
  timeout connect 1s
backend a from slow
  server one 10.0.0.1:80
  default-server maxconn 40
  server two 10.0.0.2:80 no-check
  server three 10.0.0.3:80 maxconn 50
  server-template w 3-5 10.0.0.9:80
backend b
  server one 10.0.0.1:80
)";

TEST(HaproxyInheritance, FollowsNamesAndOrder) {
  const Read read{inheritance};
  const Section& a = *read.config.named("a", true);
  const Section& b = *read.config.named("b", true);

  EXPECT_EQ(find(a, {"timeout", "connect"}).value(), "9s");
  EXPECT_EQ(inherited(find(a, {"timeout", "connect"}), a), " (from defaults \"slow\" at line 6)");
  EXPECT_TRUE(is_http(a));
  EXPECT_EQ(inherited(find(a, {"mode"}), a), " (from defaults \"base\" at line 2)");
  EXPECT_EQ(find(b, {"timeout", "connect"}).value(), "1s");
  EXPECT_FALSE(is_http(b));
}

TEST(HaproxyInheritance, OfServersIsFromWhatStandsBeforeThem) {
  const Read read{inheritance};
  const auto servers = servers_of(*read.config.named("a", true));

  ASSERT_EQ(servers.size(), 4U);
  EXPECT_EQ(servers[0].number("maxconn"), 30);
  EXPECT_EQ(inherited(*servers[0].option("maxconn"), servers[0]), " (from default-server at line 4)");
  EXPECT_NE(servers[0].option("check"), nullptr);
  EXPECT_EQ(servers[1].number("maxconn"), 40);
  EXPECT_EQ(servers[1].option("check"), nullptr) << "no-check";
  EXPECT_EQ(servers[2].number("maxconn"), 50);
  EXPECT_EQ(inherited(*servers[2].option("maxconn"), servers[2]), "");
  EXPECT_EQ(servers[3].count, 3);
  EXPECT_EQ(servers[3].address, "10.0.0.9:80");
}

TEST(HaproxyTimes, HaveUnitsAndBounds) {
  EXPECT_EQ(parse_time("5s"), Time{5'000'000});
  EXPECT_EQ(parse_time("30"), Time{30'000});
  EXPECT_EQ(parse_time("2147483647"), Time{2'147'483'647'000});
  for (const char* const wrong : {"2147483648", "25d", "1.5s", "-1", "", "s", "5q"})
    EXPECT_EQ(parse_time(wrong), std::nullopt) << wrong;
}

// The outage of 2023-05-10, as it stood in the file: a default of long ago, inherited by a backend that had grown.
TEST(TheIncident, IsFoundWithItsDrill) {
  const auto checked = check_text("haproxy.cfg", R"(global
  maxconn 2000
  stats socket /run/haproxy.sock
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout queue 1s
  timeout http-request 5s
  default-server maxconn 7
frontend www
  bind :80
  default_backend api
backend api
  server api1 10.0.0.11:8080
)");

  EXPECT_EQ(checked->told("HA05"),
            "haproxy.cfg:11:26: backend \"api\": 2000 clients may come, and there are 7 slots (from default-server at "
            "line 11); the others "
            "wait up to 1s (from defaults at line 9) in a queue of any length");
  EXPECT_EQ(checked->outcome.findings.at(0).rule->drill, "haproxy/haproxy-maxconn");
}

// As Debian ships the file, without a maxconn in global; and with backends that the request chooses.
TEST(TheIncident, IsFoundWhereNobodyWroteHowManyMayCome) {
  const std::string head = R"(global
  stats socket /run/haproxy.sock
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout queue 2s
  timeout http-request 5s
frontend www
  bind :80
)";
  const std::string tail = "backend api\n  server api1 10.0.0.11:8080 maxconn 3\n";

  EXPECT_EQ(
      check_text("haproxy.cfg", head + "  default_backend api\n" + tail)->told("HA05"),
      "haproxy.cfg:14:38: backend \"api\": without any maxconn before it some thousand clients may come, and there "
      "are 3 slots; the others wait up to 2s (from defaults at line 8) in a queue of any length");
  EXPECT_TRUE(check_text("haproxy.cfg", head + "  use_backend %[path,field(2,/)]\n" + tail)->has("HA05"));
  EXPECT_FALSE(
      check_text("haproxy.cfg", head + "  maxconn 100\n  use_backend %[path,field(2,/)]\n" + tail)->has("HA05"));
}

TEST(TheIncident, IsGoneOnceThePoolIsOfTheRightSize) {
  const auto checked = check_text("haproxy.cfg", R"(global
  maxconn 2000
  stats socket /run/haproxy.sock
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout queue 1s
  timeout http-request 5s
  default-server maxconn 40
frontend www
  bind :80
  default_backend api
backend api
  server api1 10.0.0.11:8080
)",
                                  "[traffic]\nrate = 210\nservice_time = \"50ms\"\n[app]\nworkers = 40\n");

  EXPECT_EQ(checked->ids(), "");
}

TEST(CapacityOfABackend, ThatNoFileHasIsAFinding) {
  const std::string configuration =
      "defaults\n  mode http\n  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\nfrontend www\n"
      "  bind :8080\n  default_backend api\nbackend api\n  server api1 127.0.0.1:8081 maxconn 100\n";
  const auto told = [&](const std::string& name) {
    return check_text("a.cfg", configuration, "[app]\nworkers = 100\nbackend = \"" + name + "\"\n")->told("FD03");
  };

  EXPECT_EQ(told("api"), "");
  EXPECT_EQ(told("nosuch"),
            "capacity.toml:3:11: [app] backend: no file that is checked has a backend, upstream or cluster \"nosuch\" "
            "that leads to servers");
}

TEST(CapacityOfABackend, IsNotJudgedWithoutOtherFiles) {
  EXPECT_EQ(check_text("capacity.toml", "[app]\nbackend = \"api\"\n")->ids(), "");
}

}  // namespace
}  // namespace firedrill::tests
