// The native API, request by request; every answer is held against the document that it serves.
#include "control/native.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/catalog.hpp"
#include "tests/control/api.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::Backend;
using tests::Peer;

class NativeApi : public Api {
 protected:
  NativeApi() {
    add_native(router_, registry_, [this] { reload_(); });
  }

  std::string api(const std::string& more = "") const {
    return "{'name': 'api', 'listen': '127.0.0.1:0', 'upstream': '" + backend_.endpoint().text() + "'" + more + "}";
  }
  void create() { ask(201, "POST", "/v1/proxies", api()); }
  Peer connect() const { return Peer::connect(registry_.find("api").address); }

  Backend backend_;
  std::function<void()> reload_ = [] {};
};

TEST_F(NativeApi, KeepsItsContract) {
  ask(200, "GET", "/v1/openapi.json");
  ask(200, "GET", "/v1/status");
  ask(200, "GET", "/v1/kinds");
  create();
  ask(409, "POST", "/v1/proxies", api());
  ask(400, "POST", "/v1/proxies", "{");
  ask(200, "GET", "/v1/proxies");
  Peer client = connect();
  Peer server = backend_.accept();
  for (const faults::Kind* kind : faults::catalog) {
    const std::string name{kind->name};
    if (name == "down" || name == "reset" || name == "close" || name == "refuse") continue;
    Json body = Json::object();
    body["name"] = name;
    body["kind"] = name;
    const faults::Value example = faults::parse_inline(kind->examples.front());
    for (const faults::Member& member : *example.table()) {
      if (const auto* text = member.value.text()) body[member.key] = *text;
      if (const auto* n = std::get_if<std::int64_t>(&member.value.content)) body[member.key] = *n;
      if (const auto* flag = std::get_if<bool>(&member.value.content)) body[member.key] = *flag;
    }
    ask(201, "POST", "/v1/proxies/api/faults", text_of(body));
    ask(200, "PUT", "/v1/proxies/api/faults/" + name, text_of(body));
  }
  ask(200, "GET", "/v1/faults");
  ask(200, "GET", "/v1/proxies/api/faults");
  ask(200, "GET", "/v1/proxies/api");
  ask(200, "GET", "/v1/proxies/api/faults/stall");
  ask(200, "PATCH", "/v1/proxies/api/faults/stall", "{'ttl': '5m'}");
  ask(404, "GET", "/v1/proxies/api/faults/stal");
  ask(204, "DELETE", "/v1/proxies/api/faults/stall");
  ask(404, "DELETE", "/v1/proxies/api/faults/stall");
  ask(200, "GET", "/v1/proxies/api/connections");
  ask(400, "GET", "/v1/proxies/api/connections?limit=many");
  ask(400, "DELETE", "/v1/proxies/api/connections/1?how=softly");
  ask(204, "DELETE", "/v1/proxies/api/connections/1?how=reset");
  ask(404, "DELETE", "/v1/proxies/api/connections/1");
  ask(200, "POST", "/v1/heal", "{'proxy': 'api'}");
  ask(200, "POST", "/v1/heal");
  ask(200, "POST", "/v1/halt", "{'reason': 'lunch'}");
  ask(200, "GET", "/v1/status");
  ask(423, "POST", "/v1/proxies/api/faults", "{'name': 'a', 'kind': 'stall'}");
  ask(204, "DELETE", "/v1/halt");
  ask(404, "DELETE", "/v1/halt");
  ask(200, "PATCH", "/v1/proxies/api", "{'enabled': false}");
  ask(204, "DELETE", "/v1/proxies/api");
  ask(404, "DELETE", "/v1/proxies/api");
  ask(405, "PUT", "/v1/proxies");
  ask(404, "GET", "/v1/nothing");
  ask(200, "POST", "/v1/reload");
  reload_ = [] { throw faults::PlanError{faults::Problems{{{}, "it is wrong"}}}; };
  ask(400, "POST", "/v1/reload");
  router_ = Router{};
  add_native(router_, registry_);  // started without files
  ask(404, "POST", "/v1/reload");

  expect_contract("^/v1/(?!runs|drills|schedule|events)");
}

TEST_F(NativeApi, ShowsAFaultAsItWasGivenAndWhatItDoes) {
  create();
  const Json made = ask(201, "POST", "/v1/proxies/api/faults",
                        "{'name': 'slow', 'kind': 'latency', 'delay': '200ms', 'percent': '50%', 'ttl': '5m'}");

  EXPECT_EQ(location_, "/v1/proxies/api/faults/slow");
  EXPECT_EQ(made.at("delay"), "200ms");
  EXPECT_EQ(made.at("ttl"), "5m");
  EXPECT_EQ(made.at("status").at("by"), "ada@laptop");
  EXPECT_NEAR(made.at("status").at("remaining_s"), 300, 10);
  EXPECT_EQ(ask(200, "PUT", "/v1/proxies/api/faults/slow", text_of(made)).at("delay"), "200ms")
      << "what is shown may come back";
}

TEST_F(NativeApi, AFaultLastsAnHourUnlessSaid) {
  create();
  EXPECT_EQ(ask(201, "POST", "/v1/proxies/api/faults", "{'name': 'a', 'kind': 'stall'}").at("ttl"), "1h");
  EXPECT_EQ(pointers(ask(400, "POST", "/v1/proxies/api/faults", "{'name': 'a', 'kind': 'stall', 'ttl': '400d'}")),
            "/ttl ");
  EXPECT_EQ(pointers(ask(400, "POST", "/v1/proxies/api/faults", "{'name': 'a', 'kind': 'stall', 'ttl': 60}")), "/ttl ");
}

TEST_F(NativeApi, APatchChangesWhatItNames) {
  create();
  ask(201, "POST", "/v1/proxies/api/faults", "{'name': 'a', 'kind': 'latency', 'delay': '1ms', 'jitter': '1ms'}");

  const Json patched = ask(200, "PATCH", "/v1/proxies/api/faults/a", "{'delay': '2ms', 'jitter': null}");

  EXPECT_EQ(patched.at("delay"), "2ms");
  EXPECT_FALSE(patched.contains("jitter"));
  ask(400, "PATCH", "/v1/proxies/api/faults/a", "{'delay': null}");
  EXPECT_EQ(ask(200, "GET", "/v1/proxies/api/faults/a").at("delay"), "2ms");
}

TEST_F(NativeApi, SaysWhoHoldsAFault) {
  create();
  const std::string held = "/v1/proxies/api/faults/held";
  const auto holder = [](const Json& fault) { return fault.at("status").at("held_by"); };
  const auto patch = [&](const std::string& body) { return ask(200, "PATCH", held, body); };

  EXPECT_EQ(holder(ask(201, "PUT", held, "{'kind': 'latency', 'delay': '1ms', 'ttl': '15s', 'held': true}")),
            "ada@laptop");

  EXPECT_EQ(holder(patch("{'delay': '2ms'}")), "ada@laptop") << "its time is no other";
  EXPECT_EQ(holder(patch("{'ttl': '15s', 'held': true}")), "ada@laptop");
  EXPECT_EQ(holder(patch("{'ttl': '10m'}")), nullptr);
  EXPECT_EQ(holder(patch("{'ttl': '15s', 'held': true}")), "ada@laptop");
  EXPECT_EQ(holder(patch("{'held': false}")), nullptr);
  const Json shown = ask(200, "GET", held);
  EXPECT_FALSE(shown.contains("held"));
  ask(200, "PUT", held, text_of(shown));
  EXPECT_EQ(pointers(ask(400, "PATCH", held, "{'held': 'yes'}")), "/held ");
  expect_contract("^$");
}

TEST_F(NativeApi, NamesEveryMistakeWithItsPlace) {
  create();
  const auto wrong = [&](const std::string& body) {
    return pointers(ask(400, "POST", "/v1/proxies/api/faults", body));
  };
  EXPECT_EQ(wrong("{'name': 'a', 'kind': 'latency', 'delay': 200, 'percnt': '1%', 'every': 0}"),
            "/delay /every /percnt ");
  EXPECT_EQ(wrong("{'name': 'a', 'kind': 'latncy'}"), "/kind ");
  EXPECT_EQ(wrong("{'name': 7, 'kind': 'stall'}"), "/name ");
  EXPECT_EQ(wrong("[1]"), "- ");
  EXPECT_EQ(wrong("{'name': 'a', 'kind': 'latency', 'delay': ['1s']}"), "/delay ");
  EXPECT_EQ(wrong("{'name': 'a', 'kind': 'pool', 'max_connections': 18446744073709551615}"), "/max_connections ");
  EXPECT_EQ(wrong("{'name': 'a', 'kind': 'pool', 'max_connections': 1e300}"), "/max_connections ");
  EXPECT_TRUE(registry_.find("api").faults.empty());

  EXPECT_EQ(pointers(ask(400, "POST", "/v1/proxies",
                         "{'name': 'b', 'listen': 'localhost:1', 'upstream': 'x', 'enabled': 'yes'}")),
            "/listen /upstream /enabled ");
  EXPECT_EQ(
      pointers(ask(400, "POST", "/v1/proxies", api(", 'faults': [{'name': 'f', 'kind': 'latency', 'delay': 'x'}]"))),
      "/faults/0/delay ");
  EXPECT_EQ(pointers(ask(400, "PATCH", "/v1/proxies/api", "{'upstream': 7, 'listn': 1}")), "/upstream /listn ");
  EXPECT_EQ(pointers(ask(400, "POST", "/v1/heal", "{'prox': 'api'}")), "/prox ");
}

TEST_F(NativeApi, AProxyOfAnyNameCanBeAddressed) {
  Json body = Json::parse(R"({"listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})");
  for (const std::string name : {"redis:6379", "a/b", "ä ö"}) {
    body["name"] = name;
    ask(201, "POST", "/v1/proxies", text_of(body));
    EXPECT_EQ(ask(200, "GET", location_).at("name"), name) << location_;
  }
}

TEST_F(NativeApi, AProxyBornWithFaultsHasThemAtOnce) {
  ask(201, "POST", "/v1/proxies", api(", 'faults': [{'name': 'shut', 'kind': 'reset'}]"));
  connect().expect_reset();
  EXPECT_TRUE(tests::eventually(
      [&] { return ask(200, "GET", "/v1/proxies/api").at("faults").at(0).at("status").at("touched") == 1; }));
}

}  // namespace
}  // namespace firedrill::control
