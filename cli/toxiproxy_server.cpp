// toxiproxy-server's flags, as Go's flag package takes them: one dash or two, "-port 8474" or "-port=8474".
#include <cstdlib>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/command_line.hpp"
#include "version.hpp"

namespace firedrill::cli {
namespace {

constexpr const char* usage =
    "Usage of toxiproxy-server (firedrill in its place):\n"
    "  -config string     JSON file with the proxies to begin with; toxics in it are put in force\n"
    "  -host string       where the interface listens (default \"localhost\")\n"
    "  -port string       its port (default \"8474\")\n"
    "  -proxy-metrics     accepted: /metrics is always there\n"
    "  -runtime-metrics   accepted: the same\n"
    "  -seed int          decides which connections a toxicity below 1 picks\n"
    "  -version           print the version\n"
    "LOG_LEVEL in the environment: panic, fatal, error, warn, info, debug, trace\n";

Answer wrong(const std::string& what) {
  return {exit_bad_input, "", fmt::format("toxiproxy-server: {}\n{}", what, usage)};
}

bool is_switch(const std::string& flag) {
  return flag == "proxy-metrics" || flag == "runtime-metrics" || flag == "version" || flag == "help" || flag == "h";
}

bool is_flag(const std::string& flag) {
  return is_switch(flag) || flag == "host" || flag == "port" || flag == "config" || flag == "seed";
}

void set_log_level() {
  static const std::map<std::string, spdlog::level::level_enum> levels{
      {"panic", spdlog::level::critical}, {"fatal", spdlog::level::critical}, {"error", spdlog::level::err},
      {"warn", spdlog::level::warn},      {"info", spdlog::level::info},      {"debug", spdlog::level::debug},
      {"trace", spdlog::level::trace}};
  const char* const given = std::getenv("LOG_LEVEL");
  if (given == nullptr) return;
  if (const auto level = levels.find(given); level != levels.end()) spdlog::set_level(level->second);
}

}  // namespace

Wish parse_toxiproxy_server(const std::vector<std::string>& words) {
  std::map<std::string, std::string> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string flag = words[i];
    if (flag.size() < 2 || flag[0] != '-') return wrong(fmt::format("\"{}\" is one argument too many", flag));
    flag.erase(0, flag[1] == '-' ? 2 : 1);
    const std::size_t equals = flag.find('=');
    const bool has_value = equals != std::string::npos;
    std::string value = has_value ? flag.substr(equals + 1) : "true";
    flag = flag.substr(0, equals);
    if (!is_flag(flag)) return wrong(fmt::format("flag provided but not defined: -{}", flag));
    if (!has_value && !is_switch(flag)) {
      if (++i == words.size()) return wrong(fmt::format("flag needs an argument: -{}", flag));
      value = words[i];
    }
    given[flag] = value;
  }
  if (given.contains("help") || given.contains("h")) return Answer{0, usage, ""};
  if (given.contains("version"))
    return Answer{0, fmt::format("toxiproxy-server version 2.12.0 (firedrill {})\n", version), ""};
  const auto value = [&](const std::string& flag, const std::string& fallback) {
    const auto found = given.find(flag);
    return found == given.end() || found->second.empty() ? fallback : found->second;
  };
  set_log_level();
  ServeArguments serve;
  const std::string host = value("host", "localhost");
  serve.control.at = fmt::format(
      "{}:{}", host.find(':') == std::string::npos || host[0] == '[' ? host : "[" + host + "]", value("port", "8474"));
  serve.control.open = true;
  serve.state.clear();
  serve.drain = faults::Duration::zero();
  if (const std::string config = value("config", ""); !config.empty()) serve.files.push_back(config);
  if (const std::string seed = value("seed", ""); !seed.empty()) {
    char* end = nullptr;
    serve.seed = static_cast<std::uint64_t>(std::strtoll(seed.c_str(), &end, 10));
    if (*end != '\0') return wrong(fmt::format("invalid value \"{}\" for flag -seed: must be a whole number", seed));
  }
  return serve;
}

}  // namespace firedrill::cli
