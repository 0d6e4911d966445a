// Who is let in, with what, and where proxies may lead.
#include "control/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "control/native.hpp"
#include "control/toxiproxy.hpp"
#include "control/upstreams.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::control {
namespace {

using testing::HasSubstr;

class Tokens : public testing::Test {
 protected:
  Tokens() {
    access_ = Access::from_file(directory_.write("tokens",
                                                 "# who may do what\n"
                                                 "viewer       grafana  viewer-0123456789\n"
                                                 "participant  grace    participant-0123\n"
                                                 "operator     ada      operator-0123456  # on call\n"
                                                 "\n"
                                                 "admin        ci       admin-0123456789\n"));
    add_native(router_, registry_);
  }
  unsigned ask(const std::string& token, const std::string& method, const std::string& target,
               const std::string& body = "") {
    Request request{method, target, {}, body, "127.0.0.1:5000"};
    if (!token.empty()) request.headers.emplace_back("authorization", token);
    last_ = router_.route(request, access_);
    return last_.status;
  }

  tests::TemporaryDirectory directory_;
  tests::Backend backend_;
  Registry registry_{{1, faults::Seed{7}, {}}};
  Router router_;
  Access access_ = Access::closed();
  Response last_;
};

TEST_F(Tokens, AreNeededForEverything) {
  for (const std::string none : {"", "Bearer ", "Bearer wrong-0123456789", "Basic viewer-0123456789",
                                 "Bearer viewer-012345678", "Bearer viewer-01234567899", "viewer-0123456789"}) {
    EXPECT_EQ(ask(none, "GET", "/v1/status"), 401U) << none;
    EXPECT_EQ(ask(none, "GET", "/v1/what/is/there"), 401U) << none;
  }
  EXPECT_THAT(last_.headers, testing::Contains(std::pair<std::string, std::string>{"WWW-Authenticate", "Bearer"}));
  EXPECT_EQ(ask("Bearer viewer-0123456789", "GET", "/v1/status"), 200U);
  EXPECT_EQ(ask("bearer viewer-0123456789", "GET", "/v1/what/is/there"), 404U);
}

TEST_F(Tokens, GiveEachRoleItsOwn) {
  const std::string viewer = "Bearer viewer-0123456789", participant = "Bearer participant-0123",
                    conductor = "Bearer operator-0123456", admin = "Bearer admin-0123456789";
  const std::string proxy =
      R"({"name": "api", "listen": "127.0.0.1:0", "upstream": ")" + backend_.endpoint().text() + R"("})";
  EXPECT_EQ(ask(conductor, "POST", "/v1/proxies", proxy), 403U);
  EXPECT_THAT(last_.body, HasSubstr("ada is operator; this takes admin"));
  EXPECT_EQ(ask(admin, "POST", "/v1/proxies", proxy), 201U);
  EXPECT_EQ(ask(participant, "PUT", "/v1/proxies/api/faults/held", R"({"kind": "stall"})"), 403U);
  EXPECT_EQ(ask(conductor, "PUT", "/v1/proxies/api/faults/held", R"({"kind": "stall"})"), 201U);
  EXPECT_EQ(registry_.find("api").faults.front().by, "ada") << "a token says who it is";
  EXPECT_EQ(ask(viewer, "POST", "/v1/heal"), 403U);
  EXPECT_EQ(ask(participant, "POST", "/v1/heal"), 200U) << "whoever takes part can stop it";
  EXPECT_EQ(ask(participant, "POST", "/v1/halt"), 200U);
  EXPECT_EQ(ask(participant, "DELETE", "/v1/halt"), 403U);
  EXPECT_EQ(ask(conductor, "DELETE", "/v1/halt"), 204U);
}

TEST_F(Tokens, WithoutAnyNobodyIsLetIn) {
  access_ = Access::closed();

  EXPECT_EQ(ask("Bearer viewer-0123456789", "GET", "/v1/status"), 401U);
  EXPECT_THAT(last_.body, HasSubstr("--control-token-file"));
}

TEST_F(Tokens, AFileThatIsWrongSaysWhere) {
  const auto said = [&](const std::string& text) -> std::string {
    try {
      Access::from_file(directory_.write("bad", text));
      return "";
    } catch (const faults::PlanError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(said("root ada 0123456789abcdef\n"),
              HasSubstr("bad:1:1: role \"root\": must be viewer, participant, operator or admin"));
  EXPECT_THAT(said("\nadmin ada\n"), HasSubstr("bad:2:1: a line must read ROLE NAME TOKEN"));
  EXPECT_THAT(said("admin ada short\n"), HasSubstr("has 5 characters; give at least 16"));
  EXPECT_THAT(said("# none\n"), HasSubstr("has no token in it"));
  EXPECT_THROW(Access::from_file(directory_ / "missing"), faults::PlanError);
}

struct Rule {
  const char *rule, *upstream;
  bool allowed;
};

TEST(AllowedUpstreams, AreThoseListed) {
  constexpr Rule rules[] = {
      {"10.0.0.0/8", "10.1.2.3:80", true},
      {"10.0.0.0/8", "11.1.2.3:80", false},
      {"10.0.0.0/8:5432", "10.1.2.3:5432", true},
      {"10.0.0.0/8:5432", "10.1.2.3:80", false},
      {"10.0.0.0/8", "db.internal:80", false},
      {"127.0.0.1", "127.0.0.1:9", true},
      {"127.0.0.1:9", "127.0.0.1:9", true},
      {"127.0.0.1:9", "127.0.0.1:10", false},
      {"::1", "[::1]:80", true},
      {"[::1]:80", "[::1]:80", true},
      {"[::1]:80", "[::1]:81", false},
      {"fd00::/8", "[fd00::1]:80", true},
      {"db.internal", "db.internal:5432", true},
      {"DB.internal", "db.INTERNAL:5432", true},
      {"db.internal:5432", "db.internal:1", false},
      {"db.internal", "evil.db.internal:80", false},
      {"unix:/run/app.sock", "unix:/run/app.sock", true},
      {"unix:/run/app.sock", "unix:/run/other.sock", false},
      {"10.0.0.0/8", "unix:/run/app.sock", false},
  };
  for (const Rule& row : rules) {
    Upstreams upstreams;
    ASSERT_TRUE(upstreams.allow(row.rule)) << row.rule;
    EXPECT_EQ(upstreams.allows(*proxy::Endpoint::parse(row.upstream)), row.allowed) << row.rule << " " << row.upstream;
  }
  EXPECT_TRUE(Upstreams{}.allows(*proxy::Endpoint::parse("anything:1")));
  for (const char* const bad : {"", ":80", "10.0.0.0/33", "a b", "host:0", "host:99999", "host:x", "unix:", "http://x"})
    EXPECT_FALSE(Upstreams{}.allow(bad)) << bad;
}

TEST(AllowedUpstreams, HoldForBothFacesAndForChanges) {
  tests::Backend backend;
  Upstreams upstreams;
  ASSERT_TRUE(upstreams.allow(backend.endpoint().text()));
  Registry registry{{1, faults::Seed{7}, upstreams}};
  Router native, compatible = toxiproxy(registry, {});
  add_native(native, registry);
  const auto ask = [](const Router& router, const std::string& method, const std::string& target,
                      const std::string& body) {
    return router.route({method, target, {}, body, ""}, Access::unguarded()).status;
  };
  const auto body = [](const std::string& upstream) {
    return R"({"name": "api", "listen": "127.0.0.1:0", "upstream": ")" + upstream + R"("})";
  };
  EXPECT_EQ(ask(native, "POST", "/v1/proxies", body("127.0.0.1:1")), 403U);
  EXPECT_EQ(ask(compatible, "POST", "/proxies", body("127.0.0.1:1")), 403U);
  EXPECT_EQ(ask(compatible, "POST", "/populate", "[" + body("169.254.169.254:80") + "]"), 403U);
  EXPECT_EQ(ask(native, "POST", "/v1/proxies", body(backend.endpoint().text())), 201U);
  EXPECT_EQ(ask(native, "PATCH", "/v1/proxies/api", R"({"upstream": "127.0.0.1:1"})"), 403U);
  EXPECT_EQ(registry.find("api").spec.upstream, backend.endpoint());
}

TEST(Guard, BeyondLoopbackJudgesAHostOnlyIfSomeAreGiven) {
  const Request request{"GET", "/version", {{"Host", "toxiproxy:8474"}}, "", ""};
  EXPECT_FALSE((Guard{false, {}, {}}.answer(request)));
  EXPECT_FALSE((Guard{false, {"toxiproxy"}, {}}.answer(request)));
  EXPECT_EQ((Guard{false, {"other"}, {}}.answer(request).value().status), 421U);
}

TEST(Guard, NamesHaveNoCase) {
  for (const char* const host : {"LOCALHOST:8474", "localhost.", "Drills.Example.org:8474"})
    EXPECT_FALSE((Guard{true, {"drills.example.ORG"}, {}}.answer({"GET", "/version", {{"Host", host}}, "", ""})))
        << host;
}

TEST(Guard, LetsListedPagesAskAndRead) {
  const Guard guard{true, {}, {"https://drills.example.org"}};
  const Headers from{{"Host", "localhost:8474"}, {"Origin", "https://drills.example.org"}};
  EXPECT_FALSE(guard.answer({"GET", "/v1/status", from, "", ""}));
  Headers before = from;
  before.emplace_back("Access-Control-Request-Method", "PUT");
  EXPECT_EQ(guard.answer({"OPTIONS", "/v1/status", before, "", ""}).value().status, 204U);
  Response response;
  guard.let_read({"GET", "/v1/status", from, "", ""}, response);
  EXPECT_EQ(response.headers.front().second, "https://drills.example.org");
}

}  // namespace
}  // namespace firedrill::control
