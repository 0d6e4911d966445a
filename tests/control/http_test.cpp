// Paths, queries, routes, bodies, and who may ask: all that needs no socket.
#include "control/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "control/json.hpp"
#include "control/problem.hpp"
#include "control/router.hpp"

namespace firedrill::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> segments(std::string_view target) {
  std::vector<std::string> all;
  return segments_of(target, all) ? all : std::vector<std::string>{"malformed"};
}

TEST(Http, ReadsPathsSegmentBySegment) {
  EXPECT_THAT(segments("/v1/proxies"), ElementsAre("v1", "proxies"));
  EXPECT_THAT(segments("/v1/proxies/"), ElementsAre("v1", "proxies", ""));
  EXPECT_THAT(segments("/"), ElementsAre(""));
  EXPECT_THAT(segments("/a%2Fb/redis:6379?x=/y"), ElementsAre("a/b", "redis:6379"));
  EXPECT_THAT(segments("/%C3%A4"), ElementsAre("ä"));
  for (const char* const bad : {"", "v1", "*", "/%", "/%4", "/%zz", "/%00", "http://host/v1"})
    EXPECT_THAT(segments(bad), ElementsAre("malformed")) << bad;
}

TEST(Http, WritesSegmentsThatReadTheSame) {
  for (const std::string text : {"api", "redis:6379", "a/b", "a b?c#d%", "ä\xff"}) {
    EXPECT_THAT(segments("/" + segment(text)), ElementsAre(text));
  }
  EXPECT_EQ(segment("a/b c"), "a%2Fb%20c");
}

TEST(Http, FindsValuesInQueries) {
  EXPECT_EQ(query_value("/p?how=reset&limit=3", "how"), "reset");
  EXPECT_EQ(query_value("/p?how=reset&limit=3", "limit"), "3");
  EXPECT_EQ(query_value("/p?a%20=1", "how", "close"), "close");
  EXPECT_EQ(query_value("/p?how=%41", "how"), "A");
  EXPECT_EQ(query_value("/p?how=%", "how", "close"), "close");
  EXPECT_EQ(query_value("/p", "how"), "");
}

TEST(Http, HeadersHaveNoCase) {
  const Request request{"GET", "/", {{"User-Agent", "x"}, {"from", "ada"}}, "", ""};
  EXPECT_EQ(request.header("user-agent"), "x");
  EXPECT_EQ(request.header("From"), "ada");
  EXPECT_EQ(request.header("Fro"), "");
}

class Routes : public testing::Test {
 protected:
  Routes() {
    const auto say = [](std::string word) {
      return [word = std::move(word)](const Request&, const Places& places) {
        Response response{200, "text/plain", word};
        for (const auto& [name, value] : places) response.body += " " + name + "=" + value;
        return response;
      };
    };
    router_.add("GET", "/v1/proxies", Role::viewer, say("list"));
    router_.add("POST", "/v1/proxies", Role::viewer, say("create"));
    router_.add("GET", "/v1/proxies/{proxy}/faults/{fault}", Role::viewer, say("fault"));
  }
  Response ask(std::string method, std::string target) const {
    return router_.route({std::move(method), std::move(target), {}, "", ""}, Access::unguarded());
  }
  Router router_;
};

TEST_F(Routes, AreChosenByMethodAndPath) {
  EXPECT_EQ(ask("GET", "/v1/proxies").body, "list");
  EXPECT_EQ(ask("HEAD", "/v1/proxies").body, "list");
  EXPECT_EQ(ask("POST", "/v1/proxies?x").body, "create");
  EXPECT_EQ(ask("GET", "/v1/proxies/a%2Fb/faults/{f}").body, "fault fault={f} proxy=a/b");
}

TEST_F(Routes, SayWhatIsMissing) {
  EXPECT_EQ(ask("GET", "/v1/proxies/").status, 404U);
  EXPECT_EQ(ask("GET", "/v2").status, 404U);
  EXPECT_EQ(ask("GET", "/%").status, 400U);
  const Response wrong = ask("DELETE", "/v1/proxies");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_THAT(wrong.headers, ElementsAre(std::pair<std::string, std::string>{"Allow", "GET, POST"}));
}

TEST(Json, KnowsWhereEachValueStands) {
  const auto value = settings_of(parse_json(R"({"a": {"b/c": [1, "x"]}, "gone": null, "big": 18446744073709551615})"));

  EXPECT_EQ(value.find("a")->find("b/c")->list()->at(1).place.text(), "/a/b~1c/1");
  EXPECT_EQ(value.find("gone"), nullptr);
  EXPECT_EQ(value.find("big")->place.text(), "/big");
}

TEST(Json, RefusesWhatIsNone) {
  const std::string deep(100, '[');
  for (const std::string& bad : {std::string{}, std::string{"{"}, std::string{"{\"a\":NaN}"}, std::string{"\xff"}, deep,
                                 std::string{"{} x"}, std::string{"1e999"}}) {
    EXPECT_THROW(parse_json(bad), faults::PlanError) << bad;
  }
  try {
    parse_json("{\"a\": }");
    FAIL();
  } catch (const faults::PlanError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the body is not JSON: parse error at line 1, column 7"));
  }
}

std::optional<Response> asked_with(Headers headers) {
  return Guard{true, {"drill.internal"}, {}}.answer({"GET", "/v1/status", std::move(headers), "", ""});
}

TEST(Guard, LetsPeopleAndProgramsIn) {
  for (const char* const host :
       {"localhost:8474", "127.0.0.1:8474", "127.0.0.1", "[::1]:8474", "drill.internal:80", "drill.internal"})
    EXPECT_FALSE(asked_with({{"Host", host}})) << host;
  EXPECT_FALSE(asked_with({}));
}

TEST(Guard, KeepsWebPagesOut) {
  EXPECT_EQ(asked_with({{"Host", "localhost"}, {"Origin", "http://evil.example"}})->status, 403U);
  EXPECT_EQ(asked_with({{"Host", "localhost"}, {"Origin", "null"}})->status, 403U);
  for (const char* const host : {"evil.example:8474", "localhost.evil.example", "10.0.0.1:8474", "[::2]:80", "["})
    EXPECT_EQ(asked_with({{"Host", host}}).value().status, 421U) << host;
}

}  // namespace
}  // namespace firedrill::control
