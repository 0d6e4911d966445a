// docs/control-api.md: its requests are sent as they stand there, and there is one for everything.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "places.hpp"
#include "tests/cli/daemon.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::json;

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream{FIREDRILL_SOURCE_DIR "/" + file}.rdbuf();
  return text.str();
}

/// One `curl` of the document, and the answer that stands below it, if one does.
struct Example {
  int line = 0;
  std::string command, answer;
};

bool goes_on(const std::string& command) {
  return command.ends_with('\\') || std::count(command.begin(), command.end(), '\'') % 2 == 1;
}

std::vector<Example> examples() {
  std::vector<Example> all;
  std::istringstream document{text_of("docs/control-api.md")};
  bool fenced = false, below_one = false;
  int number = 0;
  for (std::string line; std::getline(document, line);) {
    ++number;
    if (line.starts_with("```")) {
      fenced = !fenced;
      below_one = false;
      continue;
    }
    const bool indented = line.starts_with("    ");
    if (!fenced && !indented) {
      below_one = false;
      continue;
    }
    if (indented) line.erase(0, 4);
    if (below_one && goes_on(all.back().command)) {
      all.back().command += "\n" + line;
    } else if (line.starts_with("curl ")) {
      all.push_back({number, line, ""});
      below_one = true;
    } else if (below_one) {
      all.back().answer += line + "\n";
    }
  }
  return all;
}

/// "POST /v1/proxies" of one.
std::string request_of(const std::string& command) {
  std::smatch found;
  const bool has_path = std::regex_search(command, found, std::regex{R"(localhost:8474(/[^\s'"?]*))"});
  const std::string path = has_path ? found[1].str() : "";
  if (std::regex_search(command, found, std::regex{R"((-X|--request)\s+([A-Z]+))"})) return found[2].str() + " " + path;
  const bool has_body = std::regex_search(command, std::regex{R"(\s(-d|--data|--data-binary|--json)\s)"});
  return (has_body ? "POST " : "GET ") + path;
}

/// "/v1/proxies/{proxy}" as a pattern.
std::regex pattern_of(const std::string& route) {
  return std::regex{std::regex_replace(route, std::regex{R"(\{[^}]*\})"}, "[^/]+")};
}

std::set<std::string> requests_of_openapi() {
  std::set<std::string> all;
  const json document = json::parse(text_of("control/openapi.json"));
  for (const auto& path : document.at("paths").items())
    for (const auto& operation : path.value().items()) {
      std::string method = operation.key();
      for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      all.insert(method + " " + path.key());
    }
  return all;
}

void expect_same_keys(const json& documented, const json& given, const std::string& where) {
  if (documented.is_null() || given.is_null()) return;
  ASSERT_EQ(documented.is_object(), given.is_object()) << where;
  ASSERT_EQ(documented.is_array(), given.is_array()) << where;
  if (documented.is_array() && !documented.empty() && !given.empty())
    expect_same_keys(documented[0], given[0], where + "/0");
  if (!documented.is_object()) return;
  for (const auto& member : documented.items())
    EXPECT_TRUE(given.contains(member.key())) << where << "/" << member.key() << " is in the document alone";
  for (const auto& member : given.items())
    if (documented.contains(member.key()))
      expect_same_keys(documented[member.key()], member.value(), where + "/" + member.key());
    else
      ADD_FAILURE() << where << "/" << member.key() << " is not in the document";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

constexpr std::string_view run_of_document = "slow-shop-20260501T090000Z";

/// The drill that the document speaks of.
constexpr std::string_view slow_shop = R"([drill]
name = "slow-shop"
title = "The shop is slow"
duration = "10m"
max_duration = "20m"
[[proxy]]
name = "shop"
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9001"
[[fault]]
name = "slow"
proxy = "shop"
kind = "latency"
delay = "200ms"
for = "5m"
[[fault]]
name = "gone"
proxy = "shop"
kind = "down"
at = "8m"
for = "1m"
[[check]]
name = "open"
tcp = "proxy:shop"
[schedule]
cron = "0 10 * * tue"
timezone = "Europe/Berlin"
)";

/// A stream of events: what the document shows of one has the members that control/openapi.json gives it.
void expect_true_events(const std::string& documented, const std::string& given) {
  EXPECT_THAT(given, testing::StartsWith("retry: 2000\n"));
  const json events = json::parse(text_of("control/openapi.json")).at("components").at("schemas").at("Events");
  std::istringstream lines{documented};
  json members;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("event: ")) {
      members = json::object();
      for (const auto& member : events.at("properties").at(line.substr(7)).at("properties").items())
        members[member.key()] = nullptr;
    }
    if (line.starts_with("data: ")) expect_same_keys(json::parse(line.substr(6)), members, line);
  }
}

TEST(ControlApi, ItsDocumentIsTrue) {
  const Desk desk;
  if (run_script(desk, "curl --version").exit_code != 0)
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package curl (./dev test does that)";
  const Backend first, second;
  desk.write("proxies.toml", "[[proxy]]\nname = \"web\"\nlisten = \"127.0.0.1:0\"\nupstream = \"127.0.0.1:9001\"\n");
  desk.write("slow-shop.toml", std::string{slow_shop});
  const Daemon daemon{desk, {"proxies.toml", "slow-shop.toml", "--seed", "7"}};
  std::vector<Peer> clients;
  std::string run = "none";  // what the document's is called here
  const auto all = examples();
  ASSERT_FALSE(all.empty());

  for (const Example& example : all) {
    const std::string where = "docs/control-api.md:" + std::to_string(example.line);
    SCOPED_TRACE(where + ": " + example.command);
    // Those that are shown and ended are there: the document's first and second.
    if (clients.empty() && example.command.find("/connections") != std::string::npos) {
      for (int i = 0; i < 3; ++i) clients.push_back(Peer::connect(local(daemon.port_of("api"))));
      ASSERT_TRUE(eventually(
          [&] { return json::parse(daemon.ask("GET", "/v1/proxies/api/connections")).at("total") == clients.size(); }));
    }
    std::string command = replaced(example.command, "localhost:8474", daemon.address());
    command = replaced(command, "127.0.0.1:9001", first.endpoint().text());
    command = replaced(command, "127.0.0.1:9002", second.endpoint().text());
    command = replaced(command, std::string{run_of_document}, run);
    const bool endless = example.command.find("/v1/events") != std::string::npos;
    const std::string curl =
        fmt::format("command curl --noproxy '*' --max-time {} -o answer -w '%{{http_code}}'", endless ? 1 : 30);
    const std::string script = "rm -f answer\ncurl() { " + curl + " \"$@\"; }\n" + command + "\n";
    Ran ran;
    // A run takes a moment to begin, and to be over.
    const bool at_once = example.command.find("/v1/runs/") == std::string::npos;
    EXPECT_TRUE(eventually([&] {
      ran = run_script(desk, script);
      return at_once || ran.said.starts_with('2');
    }));

    EXPECT_EQ(ran.exit_code, endless ? 28 : 0);
    if (endless) {
      EXPECT_EQ(ran.said, "200");
      expect_true_events(example.answer, desk.read("answer"));
      continue;
    }
    json documented;
    if (!example.answer.empty()) {
      documented = json::parse(example.answer, nullptr, false);
      ASSERT_FALSE(documented.is_discarded()) << "no JSON: " << example.answer;
    }
    const std::string answer = desk.read("answer");
    if (documented.is_object() && documented.contains("status") && documented["status"].is_number()) {
      EXPECT_EQ(ran.said, documented["status"].dump()) << answer;  // an error, and meant so
    } else {
      EXPECT_THAT(ran.said, testing::MatchesRegex("2[0-9][0-9]")) << answer;
    }
    if (!example.answer.empty()) expect_same_keys(documented, json::parse(answer, nullptr, false), "");
    if (documented.is_object() && documented.value("id", json{}) == run_of_document)
      run = json::parse(answer).at("id").get<std::string>();
  }
}

TEST(ControlApi, ItsDocumentHasEveryRequest) {
  std::set<std::string> documented;
  for (const Example& example : examples()) documented.insert(request_of(example.command));
  std::set<std::string> wanted = requests_of_openapi();
  wanted.insert({"GET /metrics", "GET /version", "GET /proxies", "POST /proxies", "POST /populate", "POST /reset",
                 "GET /proxies/{proxy}", "POST /proxies/{proxy}", "PATCH /proxies/{proxy}", "DELETE /proxies/{proxy}",
                 "GET /proxies/{proxy}/toxics", "POST /proxies/{proxy}/toxics", "GET /proxies/{proxy}/toxics/{toxic}",
                 "POST /proxies/{proxy}/toxics/{toxic}", "PATCH /proxies/{proxy}/toxics/{toxic}",
                 "DELETE /proxies/{proxy}/toxics/{toxic}"});

  for (const std::string& request : wanted)
    EXPECT_TRUE(std::any_of(documented.begin(), documented.end(),
                            [&](const std::string& one) { return std::regex_match(one, pattern_of(request)); }))
        << request << ": docs/control-api.md has no curl line";
}

TEST(ControlApi, OpenApiHasEveryRoute) {
  const std::set<std::string> described = requests_of_openapi();
  const std::regex route{R"re(add\(\s*"([A-Z]+)",\s*"(/v1/[^"]*)")re"};
  std::size_t routes = 0;
  for (const auto& file : std::filesystem::directory_iterator{FIREDRILL_SOURCE_DIR "/control"}) {
    if (file.path().extension() != ".cpp") continue;
    const std::string text = text_of("control/" + file.path().filename().string());
    for (std::sregex_iterator it{text.begin(), text.end(), route}, end; it != end; ++it, ++routes)
      EXPECT_TRUE(described.contains((*it)[1].str() + " " + (*it)[2].str())) << (*it)[0];
  }
  EXPECT_EQ(routes, described.size());
}

}  // namespace
}  // namespace firedrill::tests
