// Whether the configuration is still the one that a drill has passed with. `firedrill run --config haproxy.cfg` puts
// its hash into the journal's first line.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "lint/budget.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_examples.hpp"
#include "lint/sha256.hpp"

namespace firedrill::lint::budget {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_journals = 1000;  // the newest of them, by their names

struct Proof {
  std::string drill, utc, file, hash;
};

// The first (or last) line of a journal in which an event is told.
Json line_of(std::string_view journal, std::string_view event, bool last) {
  const std::string mark = fmt::format("\"event\":\"{}\"", event);
  const std::size_t at = last ? journal.rfind(mark) : journal.find(mark);
  if (at == std::string_view::npos) return {};
  const std::size_t before = journal.rfind('\n', at), begin = before == std::string_view::npos ? 0 : before + 1;
  Json line = Json::parse(journal.substr(begin, journal.find('\n', at) - begin), nullptr, false);
  return line.is_object() ? line : Json{};
}

std::string text_of(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

void read_proofs(std::string_view journal, std::vector<Proof>& list) {
  const Json start = line_of(journal, "run_start", false), end = line_of(journal, "run_end", true);
  if (!start.is_object() || !end.is_object() || text_of(end, "result") != "passed") return;
  if (start.value("no_faults", Json(false)) == true) return;  // nothing was tried
  const auto files = start.find("configurations");
  if (files == start.end() || !files->is_array()) return;
  for (const Json& one : *files)
    if (one.is_object())
      list.push_back({text_of(start, "drill"), text_of(start, "utc"), text_of(one, "file"), text_of(one, "sha256")});
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

void unproven(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.runs) return;
  std::vector<std::string> journals =
      subject.sources.matches(beside(*subject.capacity.source, subject.capacity.runs->value) + "/*/journal.jsonl");
  if (journals.size() > most_journals) journals.erase(journals.begin(), journals.end() - most_journals);
  std::vector<Proof> proofs;
  for (const std::string& path : journals) {
    std::string why;
    if (const auto journal = subject.sources.read(path, why))
      read_proofs(*journal, proofs);
    else
      subject.findings.add(unreadable, subject.capacity.runs->spot, fmt::format("{}: {}", path, why));
  }
  for (const Source* source : subject.configurations) {
    const std::string hash = sha256(source->text());
    const Proof* newest = nullptr;
    bool proven = false;
    for (const Proof& proof : proofs) {
      proven = proven || proof.hash == hash;
      if (last_part(proof.file) == last_part(source->name()) && (newest == nullptr || newest->utc < proof.utc))
        newest = &proof;
    }
    if (proven) continue;
    subject.findings.add(rule, {source, 1, 1},
                         newest == nullptr ? fmt::format("no drill has passed with {}", source->name())
                                           : fmt::format("{} has changed since the drill {} passed with it on {}",
                                                         source->name(), newest->drill, newest->utc));
  }
}

const BudgetRule proof_rows[] = {
    {{"X07", Severity::info, "a configuration that no drill has passed with",
      "[drills] runs in capacity.toml names the directory of past runs, and none of those that passed has the hash of "
      "this file in its journal (firedrill run --config FILE puts it there).",
      "What was proven is proven of another file. The change that nobody played is the one that is met first in the "
      "next outage.",
      "Play the drill with it: firedrill run drills/library/pool-fixed.toml --config haproxy.cfg", "pool-fixed",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 200\n",
      "[drills]\nruns = \"firedrill-runs\"\n"},
     unproven},
};

}  // namespace

std::span<const BudgetRule> proof_rules() { return proof_rows; }

}  // namespace firedrill::lint::budget
