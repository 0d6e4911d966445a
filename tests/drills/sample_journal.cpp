// An outage as a journal tells it: small enough to check by hand.
#include "tests/drills/sample_journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace firedrill::drills {

using namespace std::chrono_literals;

SampleJournal& SampleJournal::add(double t, std::string_view event, Json fields) {
  const auto ms = static_cast<int>(t * 1000 + 0.5);
  Json line = {{"v", 1},
               {"seq", lines.size()},
               {"t", t},
               {"utc", fmt::format("2026-05-10T10:{:02}:{:02}.{:03}Z", ms / 60000, ms / 1000 % 60, ms % 1000)},
               {"event", event}};
  line.update(fields);
  lines.push_back(std::move(line));
  return *this;
}

std::string SampleJournal::text() const {
  std::string all;
  for (const Json& line : lines) all += line.dump() + "\n";
  return all;
}

nlohmann::ordered_json cells(const std::vector<std::pair<faults::Duration, std::uint64_t>>& latencies) {
  faults::Histogram histogram;
  for (const auto& [latency, times] : latencies) histogram.record(latency, times);
  return histogram.sparse();
}

SampleJournal outage() {
  using Json = SampleJournal::Json;
  SampleJournal journal;
  const std::string drill = "[drill]\nname = \"pool-exhaustion\"\n";
  journal.add(
      0, "run_start",
      {{"drill", "pool-exhaustion"},
       {"title", "The pool ran dry"},
       {"owner", "platform-oncall"},
       {"file", "drills/library/pool-exhaustion.toml"},
       {"text", drill},
       {"overrides", Json::array({"fault.undersized-pool.max_connections=7"})},
       {"seed", 20230510},
       {"version", "0.1.0"},
       {"host", "game-day"},
       {"workers", 2},
       {"room", 9000},
       {"length_s", 60},
       {"max_duration_s", 180},
       {"proxies", Json::array({{{"name", "api"}, {"listen", "127.0.0.1:8081"}, {"upstream", "127.0.0.1:9001"}}})},
       {"backends", Json::array({{{"name", "api-server"}, {"listen", "127.0.0.1:9001"}}})},
       {"loads", Json::array({{{"name", "users"}, {"url", "http://127.0.0.1:8081/"}, {"rate", 210}}})},
       {"faults", Json::array({{{"name", "undersized-pool"},
                                {"kind", "pool"},
                                {"proxies", Json::array({"api"})},
                                {"asked", {{"max_connections", 7}, {"queue_timeout", "1s"}}},
                                {"intervals", Json::array({Json::array({10.0, 40.0})})}}})},
       {"checks", Json::array({{{"name", "users are served"},
                                {"during", "before"},
                                {"source", "load users"},
                                {"expected", "errors < 1%"}},
                               {{"name", "the outage is the outage"},
                                {"during", "undersized-pool"},
                                {"source", "load users"},
                                {"expected", "errors 25%..35%"}}})}});
  const auto requests = [&](double t, const Json& phases, std::uint64_t sent, std::uint64_t timeouts,
                            faults::Duration usual) {
    Json errors = Json::object();
    if (timeouts > 0) errors["timeout"] = timeouts;
    journal.add(t, "requests",
                {{"load", "users"},
                 {"phases", phases},
                 {"sent", sent},
                 {"errors", errors},
                 {"latency", cells({{usual, sent - timeouts}, {2s, timeouts}})}});
  };
  const Json during = Json::array({"fault", "always", "undersized-pool"});
  for (int s = 5; s <= 60; s += 5) {
    const bool faulty = s > 10 && s <= 40;
    if (s == 15) {
      journal.add(10.001, "fault_on",
                  {{"fault", "undersized-pool"},
                   {"kind", "pool"},
                   {"proxies", Json::array({"api"})},
                   {"settings", {{"max_connections", 7}}},
                   {"until_s", 40}});
      journal.add(10.004, "fault_touched",
                  {{"fault", "undersized-pool"},
                   {"proxy", "api"},
                   {"link", 2101},
                   {"client", "127.0.0.1:40000"},
                   {"at_s", 10.003}});
    }
    if (faulty) {
      requests(s, during, 1000, s == 15 ? 50 : 350, 900ms);
      journal.add(s, "pool",
                  {{"proxy", "api"},
                   {"fault", "undersized-pool"},
                   {"limit", 7},
                   {"active", 7},
                   {"active_max", 7},
                   {"queue", s == 15 ? 60 : 130},
                   {"queue_max", s == 15 ? 70 : 141},
                   {"granted", s * 100},
                   {"timed_out", s * 10},
                   {"gone", 0},
                   {"rejected", 0},
                   {"oldest_wait_s", 1}});
    } else {
      requests(s, Json::array({s <= 10 ? "before" : "after", "always"}), 1000, s == 45 ? 2 : 0, 50ms);
    }
    if (s == 40) journal.add(40.002, "fault_off", {{"fault", "undersized-pool"}, {"why", "timeline"}});
  }
  journal.add(60.01, "proxy",
              {{"proxy", "api"},
               {"open", 0},
               {"accepted", 12000},
               {"ended", {{"client_finished", 9987}, {"queue_timeout", 2013}}},
               {"bytes_in", Json::array({840000, 1300000})},
               {"bytes_out", Json::array({840000, 1300000})},
               {"undelivered", 0}});
  journal.add(60.02, "check",
              {{"name", "users are served"},
               {"passed", true},
               {"samples", 2000},
               {"expected", "errors < 1%"},
               {"measured", "0%"},
               {"measured_value", 0.0},
               {"during", "before"},
               {"source", "load users"},
               {"reason", ""}});
  journal.add(60.02, "check",
              {{"name", "the outage is the outage"},
               {"passed", true},
               {"samples", 6000},
               {"expected", "errors 25%..35%"},
               {"measured", "30%"},
               {"measured_value", 0.3},
               {"during", "undersized-pool"},
               {"source", "load users"},
               {"reason", ""}});
  journal.add(60.03, "fault_summary",
              {{"fault", "undersized-pool"},
               {"kind", "pool"},
               {"proxies", Json::array({"api"})},
               {"links_affected", 6300},
               {"first", {{"link", 2101}, {"client", "127.0.0.1:40000"}, {"at_s", 10.003}, {"proxy", "api"}}},
               {"last", {{"link", 8400}, {"client", "127.0.0.1:46299"}, {"at_s", 39.99}, {"proxy", "api"}}},
               {"healed_s", 40.002},
               {"asked", {{"max_connections", 7}, {"queue_timeout", "1s"}}},
               {"achieved", {{"max_connections", 7}, {"queue_timeout", {{"p50_ms", 1000.5}}}, {"links", 6300}}},
               {"lateness", {{"samples", 2013}, {"p50_ms", 0.1}, {"p99_ms", 0.9}}}});
  journal.add(60.03, "pool_summary",
              {{"proxy", "api"},
               {"fault", "undersized-pool"},
               {"limit", 7},
               {"active_max", 7},
               {"queue_max", 141},
               {"granted", 4287},
               {"granted_after_wait", 4280},
               {"timed_out", 2013},
               {"gone", 0},
               {"rejected", 0},
               {"evicted", 0},
               {"released", 0},
               {"leaked", 0},
               {"wait_p50_ms", 940.5},
               {"wait_p95_ms", 992.25},
               {"hold_p50_ms", 50.5},
               {"utilisation", 0.998}});
  journal.add(60.04, "decisions", {{"digest", "00000000deadbeef"}, {"counts", {{"undersized-pool", 6300}}}});
  journal.add(60.04, "lag",
              {{"p50_ms", 0.08}, {"p99_ms", 1.2}, {"max_ms", 4.0}, {"workers_p50_ms", 0.02}, {"workers_p99_ms", 0.4}});
  journal.add(60.05, "heal", {{"why", "end"}, {"took_s", 0.0021}});
  journal.add(60.06, "cleanup", {{"faults_in_force", 0}, {"links_open", 0}, {"bytes_held", 0}});
  journal.add(60.07, "run_end",
              {{"result", "passed"}, {"exit_code", 0}, {"reasons", Json::array()}, {"duration_s", 60.0}});
  return journal;
}

Report read_text(const std::string& text) {
  static const Scratch scratch;
  return read_journal(scratch.write("journal.jsonl", text));
}

Report read(const SampleJournal& journal) { return read_text(journal.text()); }

nlohmann::ordered_json& line(SampleJournal& journal, std::string_view event) {
  for (nlohmann::ordered_json& each : journal.lines)
    if (each["event"] == event) return each;
  throw std::runtime_error{"no such event"};
}

void erase(SampleJournal& journal, std::string_view event) {
  std::erase_if(journal.lines, [&](const nlohmann::ordered_json& each) { return each["event"] == event; });
  for (std::size_t i = 0; i < journal.lines.size(); ++i) journal.lines[i]["seq"] = i;
}

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "firedrill-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no scratch directory"};
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Scratch::write(const std::string& name, const std::string& content) const {
  std::filesystem::remove(path_ / name);  // replacing a file in place waits for the disk on some file systems
  std::ofstream{path_ / name, std::ios::binary} << content;
  return path_ / name;
}

std::vector<nlohmann::ordered_json> lines_of(const std::string& text) {
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::ordered_json::parse(line, nullptr, false));
  return lines;
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace firedrill::drills
