// [[load]].
#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "drills/load_reading.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;

enum class LoadKind : std::uint8_t { http, tcp, tool };

struct LoadKey {
  std::string_view name;
  bool http, tcp, tool;  // what it goes with
};
constexpr std::array<LoadKey, 17> load_keys{{{"http", true, false, true},
                                             {"tcp", false, true, false},
                                             {"command", false, false, true},
                                             {"rate", true, true, false},
                                             {"stages", true, true, false},
                                             {"arrivals", true, true, false},
                                             {"method", true, false, false},
                                             {"headers", true, false, false},
                                             {"body", true, false, false},
                                             {"body_file", true, false, false},
                                             {"send", false, true, false},
                                             {"until", false, true, false},
                                             {"expect", false, true, false},
                                             {"keep_alive", true, true, false},
                                             {"connections", true, true, false},
                                             {"reads", false, false, true},
                                             {"at", false, false, true}}};

bool goes_with(const LoadKey& key, LoadKind kind) {
  return kind == LoadKind::http ? key.http : kind == LoadKind::tcp ? key.tcp : key.tool;
}

LoadKind kind_of(Reader& keys) {
  for (const LoadKey& key : load_keys) keys.raw(key.name);
  const LoadKind kind = keys.has("command") ? LoadKind::tool : keys.has("tcp") ? LoadKind::tcp : LoadKind::http;
  for (const LoadKey& key : load_keys) {
    if (!keys.has(key.name) || goes_with(key, kind)) continue;
    if (kind == LoadKind::tool) keys.problem(key.name, "goes without command, which decides that by itself");
    if (kind == LoadKind::tcp && key.name == "http")
      keys.problem("http", "tcp is given too; a load goes to one of the two");
    if (kind == LoadKind::tcp && key.name != "http")
      keys.problem(key.name, key.tool ? "goes with command" : "goes with http");
    if (kind == LoadKind::http) keys.problem(key.name, key.tool ? "goes with command" : "goes with tcp");
  }
  return kind;
}

void read_rate(Reader& keys, LoadSpec& load) {
  load.rate = (keys.has("stages") ? keys.number("rate", 0).at_least(0) : keys.number("rate").at_least(0.01))
                  .at_most(most_per_second);
  read_stages(keys, load);
  load.arrivals = keys.choice<LoadSpec::Arrivals>(
      "arrivals", {{"constant", LoadSpec::Arrivals::constant}, {"poisson", LoadSpec::Arrivals::poisson}},
      LoadSpec::Arrivals::constant);
}

void read_timeout(Reader& keys, LoadSpec& load, const Reading& reading) {
  load.timeout = keys.duration("timeout", 2s).at_least(shortest).at_most(5min);
  // Nothing could ever time out, which is what most faults are felt by.
  if (keys.has("timeout") && reading.timing_is_sound && load.timeout >= reading.drill.length())
    keys.problem("timeout",
                 fmt::format("must be less than the drill lasts ({})", faults::show(reading.drill.length())));
}

// Connections that the drill says more of are made here, without TLS, and by what the URL itself has.
void judge_url(Reader& keys, const LoadSpec& load) {
  if (!load.keep || !load.http.proxy.empty() || !load.http.backend.empty() || keys.unusable("http")) return;
  if (load.http.text.starts_with("https://"))
    keys.problem("connections", "a table goes with http:// only; with https:// give keep_alive = true and a number");
  const std::string_view authority = std::string_view{load.http.text}.substr(0, load.http.text.find_first_of("/?#", 8));
  if (authority.find('@') != std::string_view::npos)
    keys.problem("http", "has a user in it, which connections = { … } knows nothing of; give headers.Authorization");
}

LoadSpec read_load(Reader& keys, const Reading& reading) {
  LoadSpec load;
  const LoadKind kind = kind_of(keys);
  if (kind == LoadKind::tool) {
    if (keys.has("http")) load.http = read_http_target(keys, "http", reading.drill);
    read_tool(keys, load, reading);
    return load;
  }
  if (kind == LoadKind::http) load.http = read_http_target(keys, "http", reading.drill);
  if (kind == LoadKind::tcp) load.tcp = read_tcp_target(keys, "tcp", reading.drill);
  read_rate(keys, load);
  if (kind == LoadKind::http) read_request(keys, load.request);
  if (kind == LoadKind::tcp) read_talk(keys, load.talk);
  read_keep(keys, load);
  if (kind == LoadKind::http) judge_url(keys, load);
  read_timeout(keys, load, reading);
  return load;
}

}  // namespace

void read_loads(Reader& top, Reading& reading) {
  for (const Block& block : read_blocks(top, "load", Naming::word, reading.problems)) {
    Reader keys{*block.table, block.subject, reading.problems};
    keys.raw("name");
    LoadSpec load = read_load(keys, reading);
    load.name = block.name;
    keys.finish();
    reading.drill.loads.push_back(std::move(load));
  }
}

}  // namespace firedrill::drills
