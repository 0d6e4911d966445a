// Drills played by request: every answer is held against the document, every order is given to a run that can take it
// and to one that cannot.
#include "control/runs.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/run_routes.hpp"
#include "drills/journal.hpp"
#include "drills/sent_drill.hpp"
#include "tests/control/api.hpp"
#include "tests/control/drills_of_tests.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using tests::eventually;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  return text.str();
}

class RunsApi : public Api {
 protected:
  RunsApi() {
    fs::create_directory(directory_.path() / "drills");
    directory_.write("drills/short.toml", short_drill);
    directory_.write("drills/long.toml", scheduled(long_drill, "0 4 * * sun", "timezone = \"Europe/Berlin\"\n"));
    add_native(router_, registry_, nullptr, &runs_);
    add_run_routes(router_, runs_, drills_, scheduler_);
  }

  std::string start(const std::string& body) {
    const Json run = ask(201, "POST", "/v1/runs", body);
    const std::string id = run.value("id", "");
    EXPECT_EQ(location_, "/v1/runs/" + id);
    return id;
  }
  Json show(const std::string& id) { return ask(200, "GET", "/v1/runs/" + id); }
  bool is_over(const std::string& id) { return runs_.find(id).outcome.has_value(); }
  void wait_for_end(const std::string& id) {
    ASSERT_TRUE(eventually([&] { return is_over(id); })) << id;
  }
  /// Of fault number `i`, "now" of the long drill.
  bool is_in_force(const std::string& id, std::size_t i = 0) { return runs_.find(id).now.bars.at(i).in_force; }
  /// A run of the long drill that takes orders.
  std::string start_long() {
    const std::string id = start("{'drill': 'long'}");
    EXPECT_TRUE(eventually([&] { return is_in_force(id); }));
    return id;
  }
  std::string refused(const std::string& body) { return ask(400, "POST", "/v1/runs", body).value("detail", ""); }
  static std::string sent(const std::string& toml) { return control::text_of({{"toml", toml}}); }

  const tests::TemporaryDirectory directory_;
  Runs runs_{registry_, directory_.path() / "state/runs"};
  const DrillFiles drills_{{directory_ / "drills"}};
  const Scheduler scheduler_{registry_, runs_, drills_, directory_.path() / "state/schedule.json", false};
};

TEST_F(RunsApi, PlaysADrillToItsEnd) {
  const std::string id = start("{'drill': 'short'}");
  EXPECT_THAT(id, testing::StartsWith("short-"));
  wait_for_end(id);

  const Json run = show(id);

  EXPECT_EQ(run.at("state"), "over");
  EXPECT_EQ(run.at("result"), "passed") << run.at("reasons");
  EXPECT_EQ(run.at("by"), "ada@laptop");
  EXPECT_GT(run.at("faults").at(0).at("connections"), 0);
  EXPECT_EQ(run.at("checks").at(0).at("state"), "holding");
  EXPECT_EQ(ask(200, "GET", "/v1/runs").at("runs").at(0).at("id"), id);
  EXPECT_EQ(ask(200, "GET", "/v1/runs/" + id + "/report.json").at("result"), "passed");
  EXPECT_THAT(ask(200, "GET", "/v1/runs/" + id + "/journal"), HasSubstr(R"("event":"run_end")"));
  EXPECT_THAT(ask(200, "GET", "/v1/runs/" + id + "/report.md"), HasSubstr("short"));
  EXPECT_THAT(ask(200, "GET", "/v1/runs/" + id + "/junit.xml"), HasSubstr("served"));
  ask(404, "GET", "/v1/proxies/shop");  // opened for the run alone
  for (const std::string order : {"pause", "resume", "abort", "faults/slow/skip", "faults/slow/end"})
    ask(409, "POST", "/v1/runs/" + id + "/" + order);
  ask(409, "POST", "/v1/runs/" + id + "/notes", "{'text': 'too late'}");
  ask(409, "POST", "/v1/runs/" + id + "/faults/slow/extend", "{'by': '1s'}");
}

TEST_F(RunsApi, GoesOnWhenAProxyIsShutUnderIt) {
  const std::string id = start_long();

  ask(200, "PATCH", "/v1/proxies/cart", "{'enabled': false}");
  ASSERT_TRUE(eventually([&] { return runs_.find(id).now.elapsed > std::chrono::milliseconds{1200}; }));
  ask(200, "PATCH", "/v1/proxies/cart", "{'enabled': true}");
  ask(202, "POST", "/v1/runs/" + id + "/abort");
  wait_for_end(id);

  EXPECT_EQ(show(id).at("result"), "aborted");
}

TEST_F(RunsApi, HealingItsProxyEndsItsFault) {
  const std::string id = start_long();

  EXPECT_EQ(ask(200, "POST", "/v1/heal", "{'proxy': 'cart'}").at("healed"), 1);

  EXPECT_TRUE(eventually([&] { return !is_in_force(id); }));
  EXPECT_FALSE(is_over(id));
}

TEST_F(RunsApi, TellsOfAFaultThatIsExtended) {
  const std::string id = start_long();

  ask(200, "POST", "/v1/runs/" + id + "/faults/now/extend", "{'by': '10s'}");

  EXPECT_TRUE(eventually([&] {
    return ask(200, "GET", "/v1/events?after=0").get<std::string>().find("event: fault_changed") != std::string::npos;
  }));
}

TEST_F(RunsApi, OnlyAnAdminHasADrillLeadElsewhere) {
  for (const std::string key : {"load.users.http", "proxy.shop.upstream", "proxy.shop.listen", "backend.app.listen"})
    EXPECT_TRUE(drills::leads_elsewhere({key, "127.0.0.1:1"})) << key;
  for (const std::string key : {"fault.slow.delay", "load.http.rate", "drill.duration"})
    EXPECT_FALSE(drills::leads_elsewhere({key, "1"})) << key;
}

TEST_F(RunsApi, KeepsItsContract) {
  directory_.write("drills/wrong.toml", "[drill]\nname = \"wrong\"\nduration = 5\n");
  directory_.write("drills/proxies.toml", "[[proxy]]\nname = \"p\"\nlisten = \"127.0.0.1:0\"\nupstream = \"h:1\"\n");
  const Json drills = ask(200, "GET", "/v1/drills").at("drills");
  EXPECT_EQ(drills.size(), 3U);
  EXPECT_THAT(drills.at(2).at("problems").at(0), HasSubstr("wrong.toml:1:1: drill: there is no [[proxy]]"));
  const Json due = ask(200, "GET", "/v1/schedule").at("schedule");
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.at(0).at("timezone"), "Europe/Berlin");
  ask(200, "GET", "/v1/runs");

  // Only told.
  const std::string toml_type = "application/toml";
  EXPECT_EQ(ask(200, "POST", "/v1/runs", "{'drill': 'short', 'dry_run': true}").at("drill"), "short");
  EXPECT_THAT(
      ask(200, "POST", "/v1/runs", "{'drill': 'short', 'dry_run': true, 'set': {'fault.slow.delay': '9ms'}}").dump(),
      HasSubstr("9ms"));
  ask(200, "POST", "/v1/runs?dry_run=true", short_drill, {{"Content-Type", toml_type}});
  ask(200, "POST", "/v1/runs", control::text_of({{"toml", short_drill}, {"dry_run", true}}));
  EXPECT_TRUE(runs_.list().empty());

  // Played, as TOML.
  const std::string id = ask(201, "POST", "/v1/runs", long_drill, {{"Content-Type", toml_type}}).at("id");
  ask(409, "POST", "/v1/runs", "{'drill': 'long'}");
  ask(409, "POST", "/v1/runs", sent(long_drill));
  ASSERT_TRUE(eventually([&] { return is_in_force(id); }));
  const std::string run = "/v1/runs/" + id;
  ask(200, "GET", run + "/journal");
  ask(404, "GET", run + "/report.json");
  ask(404, "GET", run + "/report.md");
  ask(404, "GET", run + "/junit.xml");

  // Its faults are seen, and left alone.
  EXPECT_EQ(ask(200, "GET", "/v1/faults").at("faults").at(0).at("status").at("run"), id);
  EXPECT_EQ(ask(200, "GET", "/v1/proxies/cart/faults/now").at("kind"), "latency");
  ask(409, "DELETE", "/v1/proxies/cart/faults/now");
  ask(409, "PATCH", "/v1/proxies/cart/faults/now", "{'delay': '1s'}");
  ask(409, "PUT", "/v1/proxies/cart/faults/now", "{'kind': 'stall'}");
  ask(409, "DELETE", "/v1/proxies/cart");
  EXPECT_EQ(
      ask(201, "PUT", "/v1/proxies/cart/faults/other", "{'kind': 'latency', 'delay': '1ms'}").at("status").at("run"),
      nullptr);

  // Orders.
  const auto now_in_force = [](const Json& answer) { return answer.at("faults").at(0).at("in_force"); };
  const Json paused = ask(200, "POST", run + "/pause");
  EXPECT_EQ(paused.at("state"), "paused");
  EXPECT_EQ(now_in_force(paused), false);
  EXPECT_EQ(registry_.find("cart").all().size(), 1U) << "a pause heals what is the run's";
  ask(409, "POST", run + "/pause");
  ask(409, "POST", run + "/faults/now/end");
  const Json resumed = ask(200, "POST", run + "/resume");
  EXPECT_EQ(resumed.at("state"), "running");
  EXPECT_EQ(now_in_force(resumed), true);
  ask(409, "POST", run + "/resume");
  ask(200, "POST", run + "/faults/now/extend", "{'by': '1s'}");
  ask(400, "POST", run + "/faults/now/extend");
  ask(400, "POST", run + "/faults/now/extend", "{'by': '1ms'}");
  ask(400, "POST", run + "/faults/now/extend", "{'by': '1s', 'for': 'good'}");
  ask(400, "POST", run + "/faults/now/extend", "1");
  ask(409, "POST", run + "/faults/now/extend", "{'by': '300d'}");
  ask(409, "POST", run + "/faults/later/extend", "{'by': '1s'}");
  ask(409, "POST", run + "/faults/now/skip");
  ask(200, "POST", run + "/faults/later/skip");
  ask(409, "POST", run + "/faults/later/skip");
  const Json ended = ask(200, "POST", run + "/faults/now/end");
  EXPECT_EQ(now_in_force(ended), false);
  EXPECT_THAT(ended.at("events").dump(), HasSubstr("fault now ended by ada@laptop"));
  ask(409, "POST", run + "/faults/now/end");
  for (const std::string order : {"skip", "end"}) ask(404, "POST", run + "/faults/no/" + order);
  EXPECT_THAT(ask(404, "POST", run + "/faults/latr/extend", "{'by': '1s'}").at("detail"),
              HasSubstr("did you mean \"later\"?"));
  ask(200, "POST", run + "/notes", "{'text': 'the phone rings'}");
  ask(400, "POST", run + "/notes");
  ask(400, "POST", run + "/notes", "{'text': 7}");
  ask(400, "POST", run + "/notes", control::text_of({{"text", std::string(4097, 'x')}}));
  ask(400, "POST", run + "/abort", "{'reason': 7}");
  ask(400, "POST", run + "/abort", "{");
  ask(202, "POST", run + "/abort", "{'reason': 'enough'}");
  wait_for_end(id);
  EXPECT_EQ(show(id).at("result"), "aborted");
  EXPECT_THAT(show(id).at("reasons").dump(), HasSubstr("ada@laptop: enough"));
  EXPECT_THAT(ask(200, "GET", run + "/report.json").at("notes").dump(),
              AllOf(HasSubstr("paused by ada@laptop"), HasSubstr("ada@laptop: the phone rings")));
  ask(200, "GET", run + "/report.md");
  ask(200, "GET", run + "/junit.xml");
  ask(409, "POST", run + "/abort");

  // Runs that are none.
  for (const std::string& none :
       {std::string{"none"}, std::string{".."}, std::string{"..%2Fcontrol"}, std::string(300, 'a')}) {
    const std::string missing = "/v1/runs/" + none;
    for (const std::string what : {"", "/journal", "/report.json", "/report.md", "/junit.xml"})
      ask(404, "GET", missing + what);
    for (const std::string order : {"/pause", "/resume", "/abort", "/faults/now/skip", "/faults/now/end"})
      ask(404, "POST", missing + order);
    ask(404, "POST", missing + "/notes", "{'text': 'hello'}");
    ask(404, "POST", missing + "/faults/now/extend", "{'by': '1s'}");
  }

  // Events of all that.
  EXPECT_THAT(ask(200, "GET", "/v1/events?after=1"), AllOf(HasSubstr("run_started"), HasSubstr("run_ended")));
  ask(400, "GET", "/v1/events?after=yesterday");
  ask(400, "GET", "/v1/events", "", {{"Last-Event-ID", "-1"}});
  expect_contract("^/v1/(runs|drills|schedule|events)");
}

TEST_F(RunsApi, NamesWhatIsWrongWithARequest) {
  EXPECT_THAT(refused("{}"), HasSubstr("give either drill"));
  EXPECT_THAT(refused(""), HasSubstr("give either drill"));
  EXPECT_THAT(refused("{'drill': 'short', 'toml': 'x'}"), HasSubstr("give either drill"));
  EXPECT_EQ(pointers(ask(400, "POST", "/v1/runs", "{'drill': 7, 'dry_run': 'yes', 'set': 1, 'x': 1}")),
            "/drill /dry_run /set /x ");
  EXPECT_THAT(refused("['short']"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refused("{'drill': 'short', 'set': {'fault.slw.delay': '1s'}}"), HasSubstr("slw"));
  EXPECT_THAT(refused("{'drill': 'short', 'set': {'fault.slow.delay': ['1s']}}"), HasSubstr("delay"));
  EXPECT_THAT(ask(404, "POST", "/v1/runs", "{'drill': 'shrt'}").at("detail"), HasSubstr("did you mean \"short\"?"));
  ask(400, "POST", "/v1/runs", "name =", {{"Content-Type", "application/toml"}});
  ask(400, "POST", "/v1/runs", "", {{"Content-Type", "application/toml"}});
  for (const std::string asked : {"1", "True", ""}) ask(400, "POST", "/v1/runs?dry_run=" + asked, "{'drill': 'short'}");
  EXPECT_TRUE(ask(200, "POST", "/v1/runs?dry_run=true", "{'drill': 'short'}").contains("timeline"));
  EXPECT_TRUE(runs_.list().empty());
  expect_contract("^$");
}

TEST_F(RunsApi, ADrillThatIsSentRunsNoCommandsAndReadsNoFiles) {
  const auto wrong = [&](const std::string& toml) {
    ask(400, "POST", "/v1/runs", toml, {{"Content-Type", "application/toml"}});
    return refused(sent(toml));
  };
  EXPECT_THAT(wrong(short_drill + "[[check]]\nname = \"c\"\ncommand = [\"true\"]\n"), HasSubstr("command"));
  EXPECT_THAT(wrong(short_drill + "[[abort.when]]\ncommand = [\"true\"]\n"), HasSubstr("command"));
  EXPECT_THAT(wrong("include = [\"/etc/passwd\"]\n" + short_drill), HasSubstr("include"));
  EXPECT_THAT(wrong(short_drill + "[[fault]]\nname = \"t\"\nproxy = \"shop\"\nkind = \"latency\"\n"
                                  "table = \"/etc/passwd\"\nat = \"1ms\"\nfor = \"1ms\"\n"),
              HasSubstr("table"));
  // Neither does an override, also of a drill that is the daemon's own.
  for (const std::string key : {"check.served.command", "fault.slow.table", "include"})
    EXPECT_THAT(refused("{'drill': 'short', 'set': {'" + key + "': '/etc/passwd'}}"), HasSubstr(key));
  // What stands in the daemon's environment is not told.
  EXPECT_THAT(refused(sent("[drill]\nname = \"d\"\ntitle = \"${HOME}\"\n")), testing::Not(HasSubstr("/root")));
  EXPECT_TRUE(runs_.list().empty());
  EXPECT_FALSE(fs::exists(directory_.path() / "state/runs"));
}

TEST_F(RunsApi, AHaltAbortsRunsAndTakesNone) {
  const std::string id = start_long();
  ask(200, "POST", "/v1/halt", "{'reason': 'lunch'}");
  wait_for_end(id);
  EXPECT_THAT(show(id).at("reasons").dump(), HasSubstr("halt by ada@laptop: lunch"));

  EXPECT_THAT(ask(423, "POST", "/v1/runs", "{'drill': 'short'}").at("detail"), HasSubstr("lunch"));
  ask(423, "POST", "/v1/runs", sent(short_drill));
  ask(200, "POST", "/v1/runs", "{'drill': 'short', 'dry_run': true}");
  ask(204, "DELETE", "/v1/halt");
  wait_for_end(start("{'drill': 'short'}"));
}

TEST_F(RunsApi, AHealOfEverythingAbortsRuns) {
  const std::string id = start_long();
  EXPECT_EQ(ask(200, "POST", "/v1/heal", "{'proxy': 'cart'}").at("aborted_runs"), 0);
  EXPECT_FALSE(is_over(id));

  EXPECT_EQ(ask(200, "POST", "/v1/heal").at("aborted_runs"), 1);

  wait_for_end(id);
  EXPECT_EQ(show(id).at("result"), "aborted");
  EXPECT_TRUE(ask(200, "GET", "/v1/faults").at("faults").empty());
}

TEST_F(RunsApi, ARunThatCannotHaveItsProxySaysSo) {
  ask(201, "POST", "/v1/proxies", "{'name': 'shop', 'listen': '127.0.0.1:0', 'upstream': '127.0.0.1:9'}");

  EXPECT_THAT(ask(409, "POST", "/v1/runs", "{'drill': 'short'}").at("detail"),
              HasSubstr("proxy \"shop\": the daemon has one of that name"));

  EXPECT_TRUE(runs_.list().empty());
  EXPECT_FALSE(fs::exists(directory_.path() / "state/runs"));
  ask(200, "GET", "/v1/proxies/shop");  // and keeps it
}

TEST_F(RunsApi, ARunWhoseAddressesAreTakenIsNotStarted) {
  const tests::Backend somebody;
  const std::string taken = somebody.endpoint().text();
  for (const std::string key : {"proxy.shop.listen", "backend.app.listen"}) {
    SCOPED_TRACE(key);
    const std::string set = "{'drill': 'short', 'set': {'" + key + "': '" + taken + "'}}";
    EXPECT_THAT(ask(409, "POST", "/v1/runs", set).at("detail"),
                AllOf(HasSubstr(taken), HasSubstr("Address already in use")));
    ask(200, "POST", "/v1/runs", "{'drill': 'short', 'dry_run': true, 'set': {'" + key + "': '" + taken + "'}}");
  }
  EXPECT_TRUE(runs_.list().empty());
  ask(404, "GET", "/v1/proxies/shop");

  // What only the start can tell is in the outcome.
  const std::string id = start("{'drill': 'long', 'set': {'proxy.cart.listen': 'unix:/no/such/directory/socket'}}");
  wait_for_end(id);
  EXPECT_EQ(show(id).at("result"), "errored");
  EXPECT_THAT(show(id).at("reasons").dump(), HasSubstr("/no/such/directory/socket"));
  expect_contract("^$");
}

TEST_F(RunsApi, ShowsTheSettingsOfItsFaults) {
  const std::string ramped =
      std::string{long_drill} +
      "[[fault]]\nname = \"tight\"\nproxy = \"cart\"\nkind = \"pool\"\nat = \"0s\"\nfor = \"2m\"\n"
      "max_connections.ramp = { from = 40, to = 7, over = \"1m\" }\nqueue_timeout = \"1s\"\n";
  const std::string id = start(sent(ramped));
  ASSERT_TRUE(eventually([&] { return is_in_force(id, 0) && is_in_force(id, 2); }));

  const Json slow = ask(200, "GET", "/v1/proxies/cart/faults/now"),
             tight = ask(200, "GET", "/v1/proxies/cart/faults/tight");

  EXPECT_EQ(slow.at("delay"), "2ms");
  // From when it really came into force to the moment that the timeline has for its end.
  EXPECT_THAT(slow.at("ttl").get<std::string>(), testing::AnyOf("2m", testing::StartsWith("1m59")));
  EXPECT_EQ(tight.at("queue_timeout"), "1s");
  EXPECT_EQ(tight.at("max_connections").at("ramp").dump(), R"({"from":40,"to":7,"over":"1m"})");
  ask(200, "GET", "/v1/faults");
  expect_contract("^$");
}

TEST_F(RunsApi, ARunSurvivesThatItsProxyIsRemoved) {
  const std::string id = start_long();
  ask(200, "POST", "/v1/runs/" + id + "/faults/now/end");
  ask(204, "DELETE", "/v1/proxies/cart");
  ask(200, "POST", "/v1/runs/" + id + "/notes", "{'text': 'where is it?'}");

  ask(202, "POST", "/v1/runs/" + id + "/abort");

  wait_for_end(id);
  EXPECT_EQ(show(id).at("result"), "aborted");
}

TEST_F(RunsApi, AProxyThatIsOpenIsTakenOverAsItStands) {
  const tests::Backend backend;
  const std::string upstream = backend.endpoint().text();
  ask(201, "POST", "/v1/proxies", "{'name': 'db', 'listen': '127.0.0.1:0', 'upstream': '" + upstream + "'}");
  ask(201, "PUT", "/v1/proxies/db/faults/by-hand", "{'kind': 'latency', 'delay': '1ms'}");
  const std::string drill =
      "[drill]\nname = \"over\"\nduration = \"5m\"\n"
      "[[proxy]]\nname = \"db\"\nlisten = \"127.0.0.1:0\"\nupstream = \"" +
      upstream +
      "\"\n"
      "[[fault]]\nname = \"held\"\nproxy = \"db\"\nkind = \"stall\"\n";
  const std::string id = start(sent(drill));
  ASSERT_TRUE(eventually([&] { return is_in_force(id); }));

  const Json faults = ask(200, "GET", "/v1/proxies/db/faults").at("faults");
  ask(202, "POST", "/v1/runs/" + id + "/abort");
  wait_for_end(id);

  EXPECT_EQ(faults.size(), 2U);
  const Json left = ask(200, "GET", "/v1/proxies/db").at("faults");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.at(0).at("name"), "by-hand");
}

TEST_F(RunsApi, EventsGoOnWhereAClientHasLeft) {
  const auto number_of = [](const std::string& text) { return text.substr(text.rfind("id: ") + 4, 16); };
  Response watched = answer("GET", "/v1/events");
  EXPECT_EQ(watched.type, "text/event-stream");
  EXPECT_EQ(watched.body, "retry: 2000\n\n") << "nothing has happened since";
  ask(200, "POST", "/v1/halt", "{'reason': 'lunch'}");
  const std::string first = watched.feed();
  EXPECT_THAT(first, testing::MatchesRegex("id: [0-9]+\nevent: halted\ndata: \\{\"reason\":\"lunch\".*\\}\n\n"));
  ask(204, "DELETE", "/v1/halt");

  const std::string next = ask(200, "GET", "/v1/events?after=1", "", {{"Last-Event-ID", number_of(first)}});

  EXPECT_THAT(next, AllOf(HasSubstr("event: released"), testing::Not(HasSubstr("halted"))));
  EXPECT_EQ(ask(200, "GET", "/v1/events?after=" + number_of(first)), next);
  EXPECT_EQ(ask(200, "GET", "/v1/events", "", {{"Last-Event-ID", number_of(next)}}), "retry: 2000\n\n");
  // Not of this daemon: what there is, behind the word that something may be missing.
  for (const std::string other : {"7", "18446744073709551615"})
    EXPECT_THAT(ask(200, "GET", "/v1/events", "", {{"Last-Event-ID", other}}),
                AllOf(HasSubstr("retry: 2000\n\nevent: lost\ndata: {\"events\":null}\n\nid: "), HasSubstr("halted"),
                      HasSubstr("released")));
  ask(400, "GET", "/v1/events", "", {{"Last-Event-ID", "18446744073709551616"}});
  expect_contract("^/v1/events");
}

TEST_F(RunsApi, TheDocumentNamesTheRoleThatEachRequestTakes) {
  const std::vector<std::string> roles{"viewer", "participant", "operator", "admin"};
  std::string tokens;
  for (const std::string& role : roles) tokens += role + " " + role + " " + role + "-0123456789\n";
  const Access access = Access::from_file(directory_.write("tokens", tokens));
  const auto ask_as = [&](const std::string& role, std::string method, std::string target) {
    for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (std::size_t at; (at = target.find('{')) != std::string::npos;)
      target.replace(at, target.find('}') - at + 1, "none");
    return router_.route({method, target, {{"Authorization", "Bearer " + role + "-0123456789"}}, "{}", ""}, access);
  };
  const Json document = Json::parse(openapi());
  for (const auto& path : document.at("paths").items()) {
    for (const auto& operation : path.value().items()) {
      SCOPED_TRACE(operation.key() + " " + path.key());
      const std::string needed = operation.value().at("security").at(1).at("token").at(0);
      EXPECT_EQ(operation.value().at("description"), "Takes role " + needed + ".");
      const auto at = std::find(roles.begin(), roles.end(), needed);
      ASSERT_NE(at, roles.end());
      if (at != roles.begin()) {
        EXPECT_EQ(ask_as(at[-1], operation.key(), path.key()).status, 403U);
      }
      const unsigned status = ask_as(*at, operation.key(), path.key()).status;
      EXPECT_TRUE(status != 401 && status != 403 && status != 405) << status;
    }
  }
}

/// A directory in which a daemon was killed while it played: the journal of a run, cut short.
class Interrupted : public testing::Test {
 protected:
  Interrupted() {
    {
      Runs runs{registry_, directory_.path()};
      const std::string id = runs.start(drills::parse_drill("short.toml", short_drill, {}, {}), "ada");
      EXPECT_TRUE(eventually([&] { return runs.find(id).outcome.has_value(); }));
      run_ = runs.directory(id);
    }
    whole_ = text_of(journal());
    for (const char* const report : {"report.json", "report.md", "junit.xml"}) fs::remove(run_ / report);
  }
  fs::path journal() const { return run_ / drills::journal_name; }
  Json close_as(const std::string& text) {
    std::ofstream{journal()} << text;
    const Runs next{registry_, directory_.path()};
    next.close_interrupted();
    return fs::exists(run_ / "report.json") ? Json::parse(text_of(run_ / "report.json")) : Json(nullptr);
  }

  const tests::TemporaryDirectory directory_;
  Registry registry_{{1, faults::Seed{7}, {}}};
  fs::path run_;
  std::string whole_;
};

TEST_F(Interrupted, AJournalIsClosedAsAborted) {
  const std::string cut = whole_.substr(0, whole_.find(R"("event":"run_end")"));

  const Json report = close_as(cut.substr(0, cut.rfind('\n') + 1));

  EXPECT_EQ(report.at("result"), "aborted");
  EXPECT_EQ(report.at("exit_code"), 3);
  EXPECT_THAT(report.at("reasons").dump(), HasSubstr("the daemon ended before the run did"));
  EXPECT_TRUE(fs::exists(run_ / "report.md"));
  EXPECT_TRUE(fs::exists(run_ / "junit.xml"));
  const std::string closed = text_of(journal());
  close_as(closed);
  EXPECT_EQ(text_of(journal()), closed) << "once";
}

TEST_F(Interrupted, AlsoInTheMiddleOfALine) {
  const std::string cut = whole_.substr(0, whole_.find(R"("event":"run_end")"));

  const Json report = close_as(cut);

  EXPECT_EQ(report.at("result"), "aborted");
  std::istringstream lines{text_of(journal())};
  std::string line, last;
  while (std::getline(lines, line)) last = line;
  EXPECT_EQ(Json::parse(last).at("event"), "run_end") << "on a line of its own";
}

TEST_F(Interrupted, WhatEndedIsLeftAlone) {
  EXPECT_EQ(close_as(whole_), nullptr);
  EXPECT_EQ(text_of(journal()), whole_);
}

TEST_F(Interrupted, WhatIsNoJournalStopsNobody) {
  for (const std::string none : {"", "\n", "{", "not a journal\n", "[]\n"}) {
    close_as(none);
    EXPECT_FALSE(fs::exists(run_ / "report.json") &&
                 Json::parse(text_of(run_ / "report.json")).at("result") == "passed");
  }
}

}  // namespace
}  // namespace firedrill::control
