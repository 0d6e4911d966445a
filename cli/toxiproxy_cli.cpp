// Flags as that tool's library takes them: one dash or two, before what is no flag, "-n x" or "-n=x". In a pipe its
// lines are told to the byte, because scripts cut them; on a terminal there are tables of ours.
#include "cli/toxiproxy_cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "cli/exchange.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"
#include "control/http.hpp"
#include "drills/curl.hpp"
#include "version.hpp"

namespace firedrill::cli {

using Json = nlohmann::ordered_json;

namespace {

using drills::curl;

using namespace std::chrono_literals;

constexpr const char* stands_for = "2.12.0";  // the release whose commands these are
constexpr int exit_failed = 1;

/// Said on standard error; `page` before it.
struct Failed : std::runtime_error {
  explicit Failed(const std::string& what, std::string help = "") : std::runtime_error{what}, page{std::move(help)} {}
  std::string page;
};

void say(std::string_view text) { print(harmless(text) + "\n"); }

/// Whatever speaks Toxiproxy's interface.
class Server {
 public:
  explicit Server(std::string url) : url_{std::move(url)}, easy_{drills::plain_get(url_, patience)} {
    curl_slist* list = curl().slist_append(nullptr, "Content-Type: application/json");
    if (!easy_ || list == nullptr) throw std::bad_alloc{};
    headers_.reset(list);
    curl().easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
    curl().easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
    curl().easy_setopt(easy_.get(), CURLOPT_USERAGENT, fmt::format("toxiproxy-cli/{} (firedrill)", stands_for).c_str());
  }

  /// The answer; null for an empty one. Throws Failed with `failing` before why.
  Json ask(const std::string& failing, const std::string& method, const std::string& path, const Json& body = nullptr) {
    CURL* easy = easy_.get();
    std::string answer;
    if (const CURLcode code = exchange(easy, method, url_ + path, body, answer); code != CURLE_OK)
      throw Failed{fmt::format("{}: {}: {}", failing, url_, curl().easy_strerror(code))};
    const long status = drills::status(easy);
    const Json json = answer.empty() ? Json(nullptr) : Json::parse(answer, nullptr, false);
    if (status >= 200 && status < 300 && !json.is_discarded()) return json;
    throw Failed{fmt::format("{}: HTTP {}: {}", failing, status, why(json))};
  }

 private:
  static constexpr std::chrono::milliseconds patience = 30s;

  // Servers before 2.1 call it "title"; ours, where it is no Toxiproxy's route, "detail".
  static std::string why(const Json& answer) {
    if (answer.is_object())
      for (const char* const key : {"error", "title", "detail"})
        if (const auto found = answer.find(key); found != answer.end() && found->is_string())
          return found->get<std::string>();
    return "this is not what a Toxiproxy answers";
  }

  std::string url_;
  drills::Headers headers_;
  drills::Easy easy_;
};

struct Flag {
  std::vector<std::string> names;  // the first is what it is known by
  std::string summary;
  bool is_switch = false;
};

struct CommandLine {
  std::map<std::string, std::vector<std::string>> flags;
  std::vector<std::string> rest;  // what is no flag

  std::string value(const std::string& flag) const {
    const auto found = flags.find(flag);
    return found == flags.end() ? "" : found->second.back();
  }
  bool on(const std::string& flag) const { return value(flag) == "true"; }
};

struct Command {
  std::vector<std::string> names;
  std::string usage, summary;
  std::vector<Flag> flags;
  std::function<void(Server&, const CommandLine&, const std::string& page)>
      act;  // empty: what follows is another command
};

std::string dashed(const Flag& flag) {
  std::string text;
  for (const std::string& name : flag.names)
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ", name.size() == 1 ? "-" : "--", name);
  return text + (flag.is_switch ? "" : " value");
}

std::string page_of(const Command& command) {
  std::string page = fmt::format("usage: toxiproxy-cli {}\n  {}; also: {}\n", command.usage, command.summary,
                                 fmt::join(command.names, ", "));
  for (const Flag& flag : command.flags) page += fmt::format("  {:<28}  {}\n", dashed(flag), flag.summary);
  return page;
}

// Flags up to the first word that is none.
CommandLine read(const std::vector<std::string>& words, std::vector<Flag> flags, const std::string& page) {
  flags.push_back({{"help"}, "show help", true});
  CommandLine line;
  std::size_t i = 0;
  for (; i < words.size() && words[i].size() > 1 && words[i][0] == '-'; ++i) {
    if (words[i] == "--") {
      ++i;
      break;
    }
    const std::string bare = words[i].substr(words[i][1] == '-' ? 2 : 1);
    const std::size_t equals = bare.find('=');
    const std::string name = bare.substr(0, equals);
    const auto flag = std::find_if(flags.begin(), flags.end(), [&](const Flag& one) {
      return std::find(one.names.begin(), one.names.end(), name) != one.names.end();
    });
    if (flag == flags.end()) throw Failed{fmt::format("flag provided but not defined: -{}", name), page};
    std::vector<std::string>& values = line.flags[flag->names.front()];
    if (equals != std::string::npos)
      values.push_back(bare.substr(equals + 1));
    else if (flag->is_switch)
      values.emplace_back("true");
    else if (++i < words.size())
      values.push_back(words[i]);
    else
      throw Failed{fmt::format("flag needs an argument: -{}", name), page};
  }
  line.rest.assign(words.begin() + static_cast<std::ptrdiff_t>(std::min(i, words.size())), words.end());
  return line;
}

const Command& find(const std::vector<Command>& commands, const std::string& name, const std::string& page) {
  for (const Command& command : commands)
    if (std::find(command.names.begin(), command.names.end(), name) != command.names.end()) return command;
  throw Failed{fmt::format("there is no command '{}'", name), page};
}

std::string proxy_of(const CommandLine& line, const std::string& page) {
  if (line.rest.empty() || line.rest[0].empty()) throw Failed{"Proxy name is required as the first argument.", page};
  return line.rest[0];
}

std::string required(const CommandLine& line, const std::string& flag, const std::string& page) {
  const std::string value = line.value(flag);
  if (!value.empty()) return value;
  const bool behind = line.rest.size() > 1 && line.rest[1].starts_with('-');
  throw Failed{
      fmt::format("Required argument '{}' was empty.{}", flag, behind ? " Flags stand before the proxy's name." : ""),
      page};
}

std::string path_of(const std::string& proxy) { return "/proxies/" + control::segment(proxy); }
std::string path_of(const std::string& proxy, const std::string& toxic) {
  return path_of(proxy) + "/toxics/" + control::segment(toxic);
}

Json proxy(Server& server, const std::string& name) {
  return server.ask(fmt::format("Failed to retrieve proxy {}", name), "GET", path_of(name));
}

std::string enabled_text(const Json& proxy) { return proxy.at("enabled").get<bool>() ? "enabled" : "disabled"; }

void list(Server& server, const CommandLine&, const std::string&) {
  const Json proxies = server.ask("Failed to retrieve proxies", "GET", "/proxies");
  std::map<std::string, Json> sorted;
  for (const auto& item : proxies.items()) sorted.emplace(item.key(), item.value());
  Table table{{{"Name"}, {"Listen"}, {"Upstream"}, {"Enabled"}, {"Toxics"}}};
  for (const auto& [name, one] : sorted) {
    const std::size_t toxics = one.at("toxics").size();
    const bool enabled = one.at("enabled").get<bool>();
    table.add({{name, enabled ? Paint::green : Paint::red},
               text_at(one, "listen"),
               text_at(one, "upstream"),
               enabled_text(one),
               {toxics == 0 ? "None" : std::to_string(toxics), std::to_string(toxics), Paint::red}});
  }
  print(table, "no proxies");
}

std::string attributes_of(const Json& toxic, std::string_view before) {
  std::map<std::string, Json> sorted;
  for (const auto& item : toxic.at("attributes").items()) sorted.emplace(item.key(), item.value());
  std::string text;
  for (const auto& [key, value] : sorted) text += fmt::format("{}{}={}", before, key, value.dump());
  return text;
}

void inspect(Server& server, const CommandLine& line, const std::string& page) {
  const Json it = proxy(server, proxy_of(line, page));
  const Json& toxics = it.at("toxics");
  if (!on_terminal()) {
    for (const Json& toxic : toxics)
      print(fmt::format("{}\ttype={}\tstream={}\ttoxicity={:.2f}\tattributes=[{}\t]\n",
                        harmless(text_at(toxic, "name")), harmless(text_at(toxic, "type")),
                        harmless(text_at(toxic, "stream")), toxic.at("toxicity").get<double>(),
                        attributes_of(toxic, "\t")));
    return;
  }
  say(fmt::format("{}  {} -> {}  {}", text_at(it, "name"), text_at(it, "listen"), text_at(it, "upstream"),
                  enabled_text(it)));
  print("\n");
  Table table{{{"Toxic"}, {"Type"}, {"Stream"}, {"Toxicity"}, {"Attributes"}}};
  for (const Json& toxic : toxics)
    table.add({{text_at(toxic, "name"), Paint::bold},
               text_at(toxic, "type"),
               text_at(toxic, "stream"),
               fmt::format("{:.2f}", toxic.at("toxicity").get<double>()),
               attributes_of(toxic, " ").erase(0, 1)});
  print(table, "Proxy has no toxics enabled.");
}

void create(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page);
  const Json body{{"name", name},
                  {"listen", required(line, "listen", page)},
                  {"upstream", required(line, "upstream", page)},
                  {"enabled", true}};
  server.ask("Failed to create proxy", "POST", "/proxies", body);
  say(fmt::format("Created new proxy {}", name));
}

// The whole proxy goes back by POST, as servers before 2.6 want it.
void toggle(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page);
  Json it = proxy(server, name);
  it["enabled"] = !it.at("enabled").get<bool>();
  server.ask(fmt::format("Failed to toggle proxy {}", name), "POST", path_of(name), it);
  say(fmt::format("Proxy {} is now {}", name, enabled_text(it)));
}

void remove(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page);
  proxy(server, name);
  server.ask("Failed to delete proxy", "DELETE", path_of(name));
  say(fmt::format("Deleted proxy {}", name));
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional{value} : std::nullopt;
}

// What is a number is sent as one, 1e3 as 1000; lists may also have commas between them.
Json attributes_of(const CommandLine& line) {
  Json all = Json::object();
  const auto given = line.flags.find("attribute");
  if (given == line.flags.end()) return all;
  for (const std::string& words : given->second) {
    for (std::size_t at = 0; at <= words.size();) {
      const std::size_t comma = std::min(words.find(',', at), words.size());
      const std::string word = words.substr(at, comma - at);
      at = comma + 1;
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
      const auto n = number(value);
      constexpr double exact = 9e15;
      if (n && std::floor(*n) == *n && std::abs(*n) < exact)
        all[key] = static_cast<std::int64_t>(*n);
      else
        all[key] = n ? Json(*n) : Json(value);
    }
  }
  return all;
}

double toxicity_of(const CommandLine& line) {
  const std::string given = line.value("toxicity");
  if (given.empty()) return 1;
  const auto value = number(given);
  if (value && *value >= 0 && *value <= 1) return *value;
  throw Failed{"toxicity should be a float between 0 and 1."};
}

void add_toxic(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page);
  const std::string type = required(line, "type", page);
  if (line.on("upstream") && line.on("downstream"))
    throw Failed{"Only one should be specified: upstream or downstream."};
  const Json body{{"name", line.value("toxicName")},
                  {"type", type},
                  {"stream", line.on("upstream") ? "upstream" : "downstream"},
                  {"toxicity", toxicity_of(line)},
                  {"attributes", attributes_of(line)}};
  proxy(server, name);
  const Json made = server.ask("Failed to add toxic", "POST", path_of(name) + "/toxics", body);
  say(fmt::format("Added {} {} toxic '{}' on proxy '{}'", text_at(made, "stream"), text_at(made, "type"),
                  text_at(made, "name"), name));
}

void update_toxic(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page), toxic = required(line, "toxicName", page);
  const Json body{{"toxicity", toxicity_of(line)}, {"attributes", attributes_of(line)}};
  proxy(server, name);
  server.ask("Failed to update toxic", "PATCH", path_of(name, toxic), body);
  say(fmt::format("Updated toxic '{}' on proxy '{}'", toxic, name));
}

void remove_toxic(Server& server, const CommandLine& line, const std::string& page) {
  const std::string name = proxy_of(line, page), toxic = required(line, "toxicName", page);
  proxy(server, name);
  server.ask("Failed to remove toxic", "DELETE", path_of(name, toxic));
  say(fmt::format("Removed toxic '{}' on proxy '{}'", toxic, name));
}

const std::vector<Flag>& global_flags() {
  static const std::vector<Flag> flags{
      {{"host", "h"}, "where Toxiproxy is (default: TOXIPROXY_URL, or http://localhost:8474)"},
      {{"version", "v"}, "print the version", true},
      {{"help"}, "show help", true}};
  return flags;
}

const std::vector<Command>& toxic_commands() {
  static const Flag name{{"toxicName", "n"}, "name of the toxic"};
  static const Flag toxicity{{"toxicity", "tox"}, "which share of connections it is on, 0 to 1 (default: 1)"};
  static const Flag attribute{{"attribute", "a"}, "key=value; may be repeated"};
  static const std::vector<Command> commands{
      {{"add", "a"},
       "toxic add --type TYPE [FLAGS] PROXY",
       "add a toxic",
       {name,
        {{"type", "t"}, "type of the toxic, such as latency"},
        toxicity,
        attribute,
        {{"upstream", "u"}, "from client to server", true},
        {{"downstream", "d"}, "from server to client (the default)", true}},
       add_toxic},
      {{"update", "u"},
       "toxic update --toxicName NAME [FLAGS] PROXY",
       "change a toxic",
       {name, toxicity, attribute},
       update_toxic},
      {{"remove", "r", "delete", "d"}, "toxic remove --toxicName NAME PROXY", "remove a toxic", {name}, remove_toxic}};
  return commands;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {{"list", "l", "li", "ls"}, "list", "list all proxies", {}, list},
      {{"inspect", "i", "ins"}, "inspect PROXY", "show the toxics of a proxy", {}, inspect},
      {{"create", "c", "new"},
       "create --listen ADDRESS --upstream ADDRESS PROXY",
       "create a proxy",
       {{{"listen", "l"}, "where it listens"}, {{"upstream", "u"}, "where it connects to"}},
       create},
      {{"toggle", "tog"}, "toggle PROXY", "enable a proxy that is disabled, and the other way round", {}, toggle},
      {{"delete", "d"}, "delete PROXY", "delete a proxy", {}, remove},
      {{"toxic", "t"}, "toxic add|update|remove [FLAGS] PROXY", "add, change or remove a toxic", {}, {}}};
  return all;
}

std::string page_of_all() {
  std::string page = fmt::format("toxiproxy-cli {} (firedrill {} in its place)\n\n", stands_for, version);
  for (const Command& command : commands())
    if (command.act) page += page_of(command);
  for (const Command& command : toxic_commands()) page += page_of(command);
  page += "\nbefore the command:\n";
  for (const Flag& flag : global_flags()) page += fmt::format("  {:<28}  {}\n", dashed(flag), flag.summary);
  return page;
}

std::string url_of(const CommandLine& line) {
  std::string url = line.value("host");
  if (url.empty()) {
    const char* const given = std::getenv("TOXIPROXY_URL");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    url = given == nullptr ? "" : given;
  }
  if (url.empty()) url = "http://localhost:8474";
  if (!url.starts_with("http://") && !url.starts_with("https://")) url.insert(0, "http://");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

void carry_out(const std::vector<std::string>& words) {
  const CommandLine line = read(words, global_flags(), page_of_all());
  if (line.on("version")) return say(fmt::format("toxiproxy-cli version {} (firedrill {})", stands_for, version));
  const bool help = line.rest.empty() || line.rest[0] == "help" || line.rest[0] == "h";
  if (line.on("help") || help) return print(page_of_all());
  const Command* command = &find(commands(), line.rest[0], page_of_all());
  std::vector<std::string> rest(line.rest.begin() + 1, line.rest.end());
  if (!command->act) {
    const CommandLine behind = read(rest, {}, page_of_all());
    if (behind.on("help") || behind.rest.empty()) return print(page_of_all());
    command = &find(toxic_commands(), behind.rest[0], page_of_all());
    rest.assign(behind.rest.begin() + 1, behind.rest.end());
  }
  const std::string page = page_of(*command);
  const CommandLine own = read(rest, command->flags, page);
  if (own.on("help")) return print(page);
  Server server{url_of(line)};
  command->act(server, own, page);
}

}  // namespace

int toxiproxy_cli(const std::vector<std::string>& words) {
  int code = exit_failed;
  try {
    carry_out(words);
    code = 0;
  } catch (const Failed& failed) {
    print(failed.page);
    flush();
    std::fputs((harmless(failed.what()) + "\n").c_str(), stderr);
  } catch (const Json::exception&) {
    std::fputs("this is not what a Toxiproxy answers\n", stderr);
  }
  return flush() ? code : exit_failed;
}

}  // namespace firedrill::cli
