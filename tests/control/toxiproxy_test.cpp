// Toxiproxy's interface, row by row, and what its toxics do to real connections.
#include "control/toxiproxy.hpp"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/json.hpp"
#include "control/native.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using tests::Backend;
using tests::eventually;
using tests::Peer;

class Compatible : public testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target, const std::string& body = "") {
    return router_.route({method, target, {}, body, "127.0.0.1:5000"}, Access::unguarded());
  }
  /// The status is as expected; the body, with ports that the kernel chose as PORT.
  std::string expect(unsigned status, const std::string& method, const std::string& target, std::string body = "") {
    std::replace(body.begin(), body.end(), '\'', '"');
    const Response response = ask(method, target, body);
    EXPECT_EQ(response.status, status) << method << " " << target << " " << body << "\n" << response.body;
    static const std::regex port{R"((127\.0\.0\.1|\[::\]):([1-9]\d{3,4}))"};
    return std::regex_replace(response.body, port, "$1:PORT");
  }
  Response error(unsigned status, const std::string& method, const std::string& target, std::string body = "") {
    std::replace(body.begin(), body.end(), '\'', '"');
    Response response = ask(method, target, body);
    EXPECT_EQ(response.status, status) << method << " " << target << " " << body << "\n" << response.body;
    EXPECT_EQ(response.type, "application/json");
    const Json json = Json::parse(response.body);
    EXPECT_EQ(json.at("status"), status);
    EXPECT_TRUE(json.at("error").is_string());
    return response;
  }
  void create(const std::string& name = "api") {
    expect(201, "POST", "/proxies",
           "{'name':'" + name + "','listen':'127.0.0.1:0','upstream':'" + backend_.endpoint().text() + "'}");
  }
  void add(const std::string& toxic) { expect(200, "POST", "/proxies/api/toxics", toxic); }
  void link() {
    client_ = Peer::connect(registry_.find("api").address);
    server_ = backend_.accept();
  }

  Backend backend_;
  Registry registry_{{1, faults::Seed{7}, {}}};
  Router router_ = toxiproxy(registry_, {});
  Peer client_, server_;
};

struct Row {
  const char *method, *target, *body;
  unsigned status;
  const char* answer;  // in single quotes; PORT: chosen by the kernel; "~": an error that names this
};

// Toxiproxy 2.12's answers to these requests, in this order, but for the stray "Logger", its parser's wording and what
// docs/toxiproxy.md lists.
constexpr Row contract[] = {
    {"GET", "/version", "", 200, "{'version': '2.12.0'}\n"},
    {"GET", "/", "", 404, "404 page not found\n"},
    {"GET", "/nope", "", 404, "404 page not found\n"},
    {"GET", "/proxies/", "", 404, "404 page not found\n"},
    {"PUT", "/proxies", "{}", 405, ""},
    {"GET", "/proxies", "", 200, "{}"},
    {"GET", "/reset", "", 405, ""},
    {"HEAD", "/proxies", "", 405, ""},
    {"OPTIONS", "/version", "", 405, ""},
    {"POST", "/proxies", "{", 400, "~bad request body: "},
    {"POST", "/proxies", "", 400, "{'error':'bad request body: EOF','status':400}\n"},
    {"POST", "/proxies", "[]", 400, "~bad request body: "},
    {"POST", "/proxies", "{}", 400, "{'error':'missing required field: name','status':400}\n"},
    {"POST", "/proxies", "null", 400, "{'error':'missing required field: name','status':400}\n"},
    {"POST", "/proxies", "{'name':'a'}", 400, "{'error':'missing required field: upstream','status':400}\n"},
    {"POST", "/proxies", "{'name':5,'upstream':'x:1'}", 400, "~bad request body: name"},
    {"POST", "/proxies", "{'name':'a','upstream':'127.0.0.1:1'}", 201,
     "{'name':'a','listen':'[::]:PORT','upstream':'127.0.0.1:1','enabled':true,'toxics':[]}"},
    {"POST", "/proxies", "{'name':'a','upstream':'127.0.0.1:1'}", 409,
     "{'error':'proxy already exists','status':409}\n"},
    {"POST", "/proxies", "{'name':'b','listen':'nonsense','upstream':'127.0.0.1:1'}", 500,
     "{'error':'listen tcp: address nonsense: missing port in address','status':500}\n"},
    {"POST", "/proxies", "{'name':'b','listen':'127.0.0.1:99999','upstream':'127.0.0.1:1'}", 500,
     "{'error':'listen tcp: address 99999: invalid port','status':500}\n"},
    {"POST", "/proxies", "{'name':'c','listen':'127.0.0.1:0','upstream':'127.0.0.1:1','enabled':false,'extra':1}", 201,
     "{'name':'c','listen':'127.0.0.1:0','upstream':'127.0.0.1:1','enabled':false,'toxics':[]}"},
    {"POST", "/proxies", "{'NAME':'d','Listen':'127.0.0.1:0','UPSTREAM':'127.0.0.1:1','Enabled':null} trailing", 201,
     "{'name':'d','listen':'127.0.0.1:PORT','upstream':'127.0.0.1:1','enabled':true,'toxics':[]}"},
    {"POST", "/proxies", "{'name':'x/y','listen':'127.0.0.1:0','upstream':'127.0.0.1:1'}", 201,
     "{'name':'x/y','listen':'127.0.0.1:PORT','upstream':'127.0.0.1:1','enabled':true,'toxics':[]}"},
    {"GET", "/proxies/x/y", "", 404, "404 page not found\n"},
    {"DELETE", "/proxies/x%2Fy", "", 204, ""},
    {"POST", "/proxies", "{'name':'redis:6379','listen':'localhost:0','upstream':'127.0.0.1:1'}", 201,
     "{'name':'redis:6379','listen':'127.0.0.1:PORT','upstream':'127.0.0.1:1','enabled':true,'toxics':[]}"},
    {"DELETE", "/proxies/redis:6379", "", 204, ""},
    {"GET", "/proxies/zz", "", 404, "{'error':'proxy not found','status':404}\n"},
    {"DELETE", "/proxies/zz", "", 404, "{'error':'proxy not found','status':404}\n"},
    {"PATCH", "/proxies/zz", "{}", 404, "{'error':'proxy not found','status':404}\n"},
    {"POST", "/proxies/zz", "{", 404, "{'error':'proxy not found','status':404}\n"},
    {"GET", "/proxies/zz/toxics", "", 404, "{'error':'proxy not found','status':404}\n"},
    {"PATCH", "/proxies/c", "{", 400, "~bad request body: "},
    {"PATCH", "/proxies/c", "{'name':'renamed','toxics':[{'type':'latency'}]}", 200,
     "{'name':'c','listen':'127.0.0.1:0','upstream':'127.0.0.1:1','enabled':false,'toxics':[]}"},
    {"PATCH", "/proxies/c", "{'enabled':'yes'}", 400, "~bad request body: enabled"},
    {"PATCH", "/proxies/c", "{'listen':'bogus'}", 500,
     "{'error':'address bogus: missing port in address','status':500}\n"},
    {"POST", "/proxies/c", "{'enabled':true}", 200,
     "{'name':'c','listen':'127.0.0.1:PORT','upstream':'127.0.0.1:1','enabled':true,'toxics':[]}"},
    {"POST", "/proxies/c/toxics", "{'type':'nope'}", 400, "{'error':'invalid toxic type','status':400}\n"},
    {"POST", "/proxies/c/toxics", "{}", 400, "{'error':'invalid toxic type','status':400}\n"},
    {"POST", "/proxies/c/toxics", "", 400, "{'error':'bad request body: EOF','status':400}\n"},
    {"POST", "/proxies/c/toxics", "{'type':'latency','attributes':{'latency':'100'}}", 400,
     "~bad request body: attributes.latency"},
    {"POST", "/proxies/c/toxics", "{'type':'latency','attributes':{'latency':1.5}}", 400,
     "~bad request body: attributes.latency"},
    {"POST", "/proxies/c/toxics", "{'type':'latency','attributes':{'latency':1e3}}", 400,
     "~bad request body: attributes.latency"},
    {"POST", "/proxies/c/toxics", "{'type':'latency','attributes':{'latency':-5,'jitter':-1,'zzz':1}}", 200,
     "{'attributes':{'latency':-5,'jitter':-1},'name':'latency_downstream','type':'latency','stream':'downstream',"
     "'toxicity':1}"},
    {"POST", "/proxies/c/toxics", "{'type':'latency'}", 409, "{'error':'toxic already exists','status':409}\n"},
    {"POST", "/proxies/c/toxics", "{'name':'l2','type':'latency','stream':'UPSTREAM','toxicity':7.5}", 200,
     "{'attributes':{'latency':0,'jitter':0},'name':'l2','type':'latency','stream':'UPSTREAM','toxicity':7.5}"},
    {"POST", "/proxies/c/toxics", "{'name':'l3','type':'latency','stream':'sideways'}", 400,
     "{'error':'stream was invalid, can be either upstream or downstream','status':400}\n"},
    {"POST", "/proxies/c/toxics", "{'name':'l4','type':'latency','toxicity':-1,'attributes':null}", 200,
     "{'attributes':{'latency':0,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':-1}"},
    {"POST", "/proxies/c/toxics", "{'name':'l5','type':'latency','attributes':[]}", 400,
     "~bad request body: attributes"},
    {"POST", "/proxies/c/toxics", "{'name':'rare','type':'latency','toxicity':0.0000001}", 200,
     "{'attributes':{'latency':0,'jitter':0},'name':'rare','type':'latency','stream':'downstream','toxicity':1e-07}"},
    {"DELETE", "/proxies/c/toxics/rare", "", 204, ""},
    {"POST", "/proxies/c/toxics", "{'name':'l5','type':'latency','toxicity':'x'}", 400, "~bad request body: toxicity"},
    {"POST", "/proxies/c/toxics",
     "{'Name':'l6','Type':'latency','Stream':null,'Toxicity':null,'Attributes':{'Latency':3}}", 200,
     "{'attributes':{'latency':3,'jitter':0},'name':'l6','type':'latency','stream':'downstream','toxicity':1}"},
    {"DELETE", "/proxies/c/toxics/l6", "", 204, ""},
    {"GET", "/proxies/c/toxics", "", 200,
     "[{'attributes':{'latency':0,'jitter':0},'name':'l2','type':'latency','stream':'UPSTREAM','toxicity':7.5},"
     "{'attributes':{'latency':-5,'jitter':-1},'name':'latency_downstream','type':'latency','stream':'downstream',"
     "'toxicity':1},"
     "{'attributes':{'latency':0,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':-1}]"},
    {"GET", "/proxies/c/toxics/none", "", 404, "{'error':'toxic not found','status':404}\n"},
    {"PATCH", "/proxies/c/toxics/none", "{}", 404, "{'error':'toxic not found','status':404}\n"},
    {"DELETE", "/proxies/c/toxics/none", "", 404, "{'error':'toxic not found','status':404}\n"},
    {"PATCH", "/proxies/c/toxics/l4", "{'attributes':{'latency':7,'jitter':'x'}}", 400,
     "~bad request body: attributes.jitter"},
    {"GET", "/proxies/c/toxics/l4", "", 200,  // nothing of a bad change is taken
     "{'attributes':{'latency':0,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':-1}"},
    {"PATCH", "/proxies/c/toxics/l4",
     "{'name':'new','stream':'upstream','type':'timeout','toxicity':0.5,'attributes':{'latency':9}}", 200,
     "{'attributes':{'latency':9,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':0.5}"},
    {"POST", "/proxies/c/toxics/l4", "{'toxicity':0}", 200,
     "{'attributes':{'latency':9,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':0}"},
    {"PATCH", "/proxies/c/toxics/l4", "{'toxicity':0.1,'attributes':null}", 200,
     "{'attributes':{'latency':9,'jitter':0},'name':'l4','type':'latency','stream':'downstream','toxicity':0.1}"},
    {"POST", "/proxies/a/toxics", "{'type':'noop'}", 200,
     "{'attributes':{},'name':'noop_downstream','type':'noop','stream':'downstream','toxicity':1}"},
    {"POST", "/proxies/a/toxics", "{'type':'bandwidth'}", 200,
     "{'attributes':{'rate':0},'name':'bandwidth_downstream','type':'bandwidth','stream':'downstream','toxicity':1}"},
    {"POST", "/proxies/a/toxics", "{'type':'slow_close'}", 200,
     "{'attributes':{'delay':0},'name':'slow_close_downstream','type':'slow_close','stream':'downstream','toxicity':"
     "1}"},
    {"POST", "/proxies/a/toxics", "{'type':'timeout'}", 200,
     "{'attributes':{'timeout':0},'name':'timeout_downstream','type':'timeout','stream':'downstream','toxicity':1}"},
    {"POST", "/proxies/a/toxics", "{'type':'reset_peer'}", 200,
     "{'attributes':{'timeout':0},'name':'reset_peer_downstream','type':'reset_peer','stream':'downstream','toxicity':"
     "1}"},
    {"POST", "/proxies/a/toxics", "{'type':'limit_data'}", 200,
     "{'attributes':{'bytes':0},'name':'limit_data_downstream','type':'limit_data','stream':'downstream','toxicity':"
     "1}"},
    {"POST", "/proxies/a/toxics", "{'type':'slicer','attributes':{'average_size':64,'size_variation':32,'delay':10}}",
     200,
     "{'attributes':{'average_size':64,'size_variation':32,'delay':10},'name':'slicer_downstream','type':'slicer',"
     "'stream':'downstream','toxicity':1}"},
    {"POST", "/populate", "{}", 400, "~bad request body: "},
    {"POST", "/populate", "", 400, "{'error':'bad request body: EOF','status':400,'proxies':null}\n"},
    {"POST", "/populate", "[]", 201, "{'proxies':[]}"},
    {"POST", "/populate", "null", 201, "{'proxies':[]}"},
    {"POST", "/populate", "[{'name':'p','listen':'127.0.0.1:0','upstream':'127.0.0.1:2'},{'name':'q'}]", 400,
     "{'error':'missing required field: upstream at proxy 2','status':400,'proxies':null}\n"},
    {"POST", "/populate",
     "[{'name':'p','listen':'127.0.0.1:0','upstream':'127.0.0.1:2'},{'name':'q','listen':'bad','upstream':'x:1'}]", 500,
     "{'error':'listen tcp: address bad: missing port in address','status':500,'proxies':[{'name':'p',"
     "'listen':'127.0.0.1:PORT','upstream':'127.0.0.1:2','enabled':true,'toxics':[]}]}\n"},
    {"POST", "/populate", "[{'name':'a','listen':'127.0.0.1:0','upstream':'127.0.0.1:2'}]", 201,
     "{'proxies':[{'name':'a','listen':'127.0.0.1:PORT','upstream':'127.0.0.1:2','enabled':true,'toxics':[]}]}"},
    {"POST", "/reset", "", 204, ""},
    {"POST", "/reset", "{}", 204, ""},
    {"GET", "/proxies/c/toxics", "", 200, "[]"},
    {"DELETE", "/proxies/a", "", 204, ""},
    {"GET", "/proxies/a", "", 404, "{'error':'proxy not found','status':404}\n"},
};

TEST_F(Compatible, AnswersAsToxiproxyDoes) {
  for (const Row& row : contract) {
    std::string wanted = row.answer;
    std::replace(wanted.begin(), wanted.end(), '\'', '"');
    const std::string given = expect(row.status, row.method, row.target, row.body);
    if (wanted.starts_with('~')) {
      EXPECT_THAT(Json::parse(given).at("error").get<std::string>(), StartsWith(wanted.substr(1))) << row.body;
    } else {
      EXPECT_EQ(given, wanted) << row.method << " " << row.target << " " << row.body;
    }
  }
}

TEST_F(Compatible, RefusesWhatToxiproxyDoesNotSurvive) {
  create();
  const auto refuses = [&](const std::string& toxic, const std::string& names) {
    EXPECT_THAT(error(400, "POST", "/proxies/api/toxics", toxic).body, HasSubstr(names)) << toxic;
  };
  refuses("{'type':'slicer'}", "attributes.average_size: must be at least 1, not 0");
  refuses("{'type':'slicer','attributes':{'average_size':10,'size_variation':11}}",
          "attributes.size_variation: must be less than average_size (10), not 11");
  refuses("{'type':'bandwidth','attributes':{'rate':-1}}", "attributes.rate: must be at least 0, not -1");
  refuses("{'type':'latency','attributes':{'jitter':5000000000000000000}}", "attributes.jitter: must be at most");
  refuses("{'type':'latency','attributes':{'latency':9223372036854775807}}", "attributes.latency: must be at most");
  refuses("{'type':'latency','attributes':{'latency':9223372036854775808}}",
          "attributes.latency must be a whole number");
  refuses("{'type':'latency','toxicity':1e39}", "toxicity is out of range");

  EXPECT_EQ(expect(200, "GET", "/proxies/api/toxics"), "[]");
}

TEST_F(Compatible, SaysWhoHasThePort) {
  create();
  const std::string taken = registry_.find("api").address.text();

  const std::string answer =
      error(500, "POST", "/proxies", "{'name':'b','listen':'" + taken + "','upstream':'x:1'}").body;

  EXPECT_THAT(answer, HasSubstr("listen tcp " + taken + ": bind: address already in use"));
  error(404, "GET", "/proxies/b");
}

TEST_F(Compatible, InlineToxicsAreInForceFromTheFirstConnectionOn) {
  for (const std::string target : {"/proxies", "/populate"}) {
    std::string body = "{'name':'api','listen':'127.0.0.1:0','upstream':'" + backend_.endpoint().text() +
                       "','toxics':[{'type':'reset_peer'}]}";
    if (target == "/populate") body = "[" + body + "]";
    EXPECT_THAT(expect(201, "POST", target, body), HasSubstr("reset_peer_downstream"));
    Peer::connect(registry_.find("api").address).expect_reset();
    expect(204, "DELETE", "/proxies/api");
  }
  error(400, "POST", "/proxies", "{'name':'api','upstream':'x:1','toxics':[{'type':'slicer'}]}");
  error(404, "GET", "/proxies/api");
}

TEST_F(Compatible, APopulateThatIsRefusedChangesNothing) {
  const tests::Backend taken;
  create();
  expect(200, "POST", "/proxies/api/toxics", "{'type':'timeout'}");
  link();
  const std::string before = expect(200, "GET", "/proxies/api", "");

  expect(500, "POST", "/populate",
         "[{'name':'api','listen':'" + taken.endpoint().text() + "','upstream':'" + backend_.endpoint().text() +
             "','toxics':[{'type':'noop'}]}]");

  EXPECT_EQ(expect(200, "GET", "/proxies/api", ""), before);
  expect(204, "DELETE", "/proxies/api/toxics/timeout_downstream");
  client_.expect_end();  // and not before
}

TEST_F(Compatible, DisablingClosesConnectionsAndThePortStaysItsOwn) {
  create();
  link();
  const auto address = registry_.find("api").address;

  expect(200, "POST", "/proxies/api", "{'enabled':false}");

  client_.expect_end();
  server_.expect_end();
  Peer nobody;
  EXPECT_EQ(Peer::try_connect(address, nobody), ECONNREFUSED);
  expect(200, "POST", "/proxies/api", "{'enabled':true}");
  EXPECT_EQ(registry_.find("api").address, address);
  link();
}

TEST_F(Compatible, WhatIsTheSameInOtherWordsKeepsConnections) {
  create();
  link();
  const ProxyView view = registry_.find("api");
  const std::string port = std::to_string(view.address.port);

  for (const std::string& listen : {"localhost:" + port, "127.0.0.1:" + port, std::string{"127.0.0.1:0"}}) {
    expect(200, "PATCH", "/proxies/api", "{'listen':'" + listen + "','upstream':'" + view.spec.upstream.text() + "'}");
    expect(201, "POST", "/populate",
           "[{'name':'api','listen':'" + listen + "','upstream':'" + view.spec.upstream.text() + "'}]");
  }

  client_.send("request");
  server_.expect("request").send("answer");
  client_.expect("answer");
}

TEST_F(Compatible, AWildcardIsTheSameWildcard) {
  expect(201, "POST", "/proxies",
         "{'name':'api','listen':'0.0.0.0:0','upstream':'" + backend_.endpoint().text() + "'}");
  const auto port = registry_.find("api").address.port;
  client_ = Peer::connect(tests::local(port));
  server_ = backend_.accept();

  EXPECT_THAT(expect(200, "POST", "/proxies/api", "{'enabled':true,'listen':'0.0.0.0:" + std::to_string(port) + "'}"),
              HasSubstr("[::]:PORT"));

  client_.send("request");
  server_.expect("request");
}

TEST_F(Compatible, ARateOfZeroIsALosslessStall) {
  create();
  link();
  add("{'type':'bandwidth','attributes':{'rate':0},'stream':'downstream','name':'CUT_DOWN'}");
  add("{'type':'bandwidth','attributes':{'rate':0},'stream':'upstream','name':'CUT_UP'}");
  client_.send("request");
  server_.send("held");
  client_.expect_silence();
  server_.expect_silence();

  expect(204, "DELETE", "/proxies/api/toxics/CUT_DOWN");
  expect(204, "DELETE", "/proxies/api/toxics/CUT_UP");

  server_.expect("request");
  client_.expect("held");
}

TEST_F(Compatible, TimeoutClosesWhenItIsRemoved) {
  for (const bool by_reset : {false, true}) {
    create();
    link();
    Peer idle = Peer::connect(registry_.find("api").address), behind_idle = backend_.accept();
    add("{'type':'timeout','attributes':{'timeout':0}}");
    client_.send("request");
    server_.expect("request").send("lost");
    client_.expect_silence();

    by_reset ? expect(204, "POST", "/reset") : expect(204, "DELETE", "/proxies/api/toxics/timeout_downstream");

    client_.expect_end();
    server_.expect_end();
    idle.expect_end();
    behind_idle.expect_end();
    expect(204, "DELETE", "/proxies/api");
  }
}

TEST_F(Compatible, TimeoutComesHoweverMuchIsSent) {
  create();
  add("{'type':'timeout','stream':'upstream','attributes':{'timeout':150}}");
  link();
  int sent = 0;
  EXPECT_TRUE(eventually([&] {
    ++sent;
    client_.send_some("chatter");
    return server_.is_readable();
  }));
  server_.expect_end();
  EXPECT_GT(sent, 1);
}

TEST_F(Compatible, ResetPeerResetsIdleOpenAndNewConnections) {
  create();
  link();
  Peer idle = Peer::connect(registry_.find("api").address), behind_idle = backend_.accept();
  client_.send("request");
  server_.expect("request");

  add("{'type':'reset_peer'}");

  client_.expect_reset();
  server_.expect_reset();
  idle.expect_reset();
  behind_idle.expect_reset();
  Peer::connect(registry_.find("api").address).expect_reset();
}

TEST_F(Compatible, ToxicityDecidesAndZeroTouchesNothing) {
  create();
  add("{'type':'reset_peer','toxicity':0}");
  link();
  client_.send("request");
  server_.expect("request").send("answer");
  client_.expect("answer");
  server_.finish_sending();
  client_.expect_end();

  link();
  expect(200, "POST", "/proxies/api/toxics/reset_peer_downstream", "{'toxicity':1}");

  client_.expect_reset();
}

TEST_F(Compatible, AHalfCloseSurvives) {
  create();
  add("{'type':'latency','attributes':{'latency':1}}");
  link();
  client_.send("request").finish_sending();
  server_.expect("request").expect_end().send("answer").finish_sending();
  client_.expect("answer").expect_end();
}

TEST_F(Compatible, AnUpdateOfLatencyReleasesNothingEarly) {
  create();
  add("{'type':'latency','attributes':{'latency':3600000}}");
  link();
  server_.send("held");

  expect(200, "PATCH", "/proxies/api/toxics/latency_downstream", "{'attributes':{'latency':3600001}}");

  client_.expect_silence();
  expect(204, "DELETE", "/proxies/api/toxics/latency_downstream");
  client_.expect("held");
}

TEST_F(Compatible, LimitDataCountsFromWhenItCame) {
  create();
  link();
  server_.send("before");
  client_.expect("before");
  add("{'type':'limit_data','attributes':{'bytes':4}}");

  server_.send("abcdef");

  client_.expect("abcd").expect_end();
  server_.expect_end();
}

TEST_F(Compatible, TheOtherFaceSeesTheSame) {
  Router native;
  add_native(native, registry_);
  const auto change = [&](const std::string& method, const std::string& body) {
    std::string json = body;
    std::replace(json.begin(), json.end(), '\'', '"');
    return native.route({method, "/v1/proxies/api/faults/slow", {}, json, "127.0.0.1:5000"}, Access::unguarded())
        .status;
  };
  create();
  add("{'name':'slow','type':'latency','attributes':{'latency':100}}");

  EXPECT_EQ(change("PATCH", "{'delay':'0.2s','jitter':null,'percent':'50%','ttl':'1h'}"), 200U);
  EXPECT_EQ(
      expect(200, "GET", "/proxies/api/toxics/slow"),
      R"({"attributes":{"latency":200,"jitter":0},"name":"slow","type":"latency","stream":"downstream","toxicity":0.5})");
  EXPECT_EQ(change("PATCH", "{'distribution':'exponential','jitter':null}"), 200U);
  EXPECT_EQ(expect(200, "GET", "/proxies/api/toxics"), "[]") << "no toxic can say that";
  error(404, "DELETE", "/proxies/api/toxics/slow");
  error(409, "POST", "/proxies/api/toxics", "{'name':'slow','type':'latency'}");

  EXPECT_EQ(
      native.route({"PUT", "/v1/proxies/api/faults/mine", {}, R"({"kind":"stall"})", ""}, Access::unguarded()).status,
      201U);
  EXPECT_EQ(native
                .route({"PUT", "/v1/proxies/api/faults/plain", {}, R"({"kind":"latency","delay":"30ms"})", ""},
                       Access::unguarded())
                .status,
            201U);
  EXPECT_THAT(expect(200, "GET", "/proxies/api/toxics"),
              AllOf(StartsWith(R"([{"attributes":{"latency":30,"jitter":0},"name":"plain","type":"latency")"),
                    Not(HasSubstr("mine"))))
      << "what a toxic can say is one";
  expect(204, "POST", "/reset");
  EXPECT_EQ(registry_.find("api").faults.size(), 2U) << "what is no toxic stays";
}

TEST_F(Compatible, ToxicsExpireOnlyIfTheyAreToldTo) {
  create();
  add("{'type':'latency'}");
  EXPECT_FALSE(registry_.find("api").faults.front().ttl);
  Router native;
  add_native(native, registry_);
  native.route({"PATCH", "/v1/proxies/api/faults/latency_downstream", {}, R"({"delay":"1s"})", ""},
               Access::unguarded());
  EXPECT_EQ(registry_.find("api").faults.front().table.find("delay")->shown(), "\"1s\"");
  EXPECT_FALSE(registry_.find("api").faults.front().ttl) << "nor when it is changed as a fault";
  router_ = toxiproxy(registry_, {1h});
  add("{'type':'timeout'}");
  EXPECT_EQ(registry_.find("api").faults.back().ttl, Duration{1h});
}

TEST_F(Compatible, EveryAnswerOfARouteCarriesAnId) {
  const auto id_of = [&](const std::string& target) {
    for (const auto& [name, value] : ask("GET", target).headers)
      if (name == "X-Toxiproxy-Request-Id") return value;
    return std::string{};
  };
  EXPECT_TRUE(std::regex_match(id_of("/version"), std::regex{"[0-9a-v]{20}"}));
  EXPECT_NE(id_of("/version"), id_of("/version"));
  EXPECT_EQ(id_of("/proxies/none").size(), 20U);
  EXPECT_EQ(id_of("/nope"), "");
}

}  // namespace
}  // namespace firedrill::control
