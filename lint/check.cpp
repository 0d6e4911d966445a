// Files one by one, then what they say of each other, then what comments suppress.
#include "lint/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "lint/budget.hpp"
#include "lint/capacity.hpp"
#include "lint/envoy.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_rules.hpp"
#include "lint/haproxy_syntax.hpp"
#include "lint/nginx_rules.hpp"
#include "lint/nginx_syntax.hpp"
#include "lint/suppressions.hpp"

namespace firedrill::lint {
namespace {

using Environment = std::function<std::optional<std::string>(const std::string&)>;

std::string counted(std::size_t n, std::string_view one) { return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s"); }

class Checking {
 public:
  Checking(Sources& sources, const Environment& environment) : sources_{sources}, environment_{environment} {}

  Outcome check(const std::vector<Subject>& subjects) {
    Outcome outcome;
    outcome.summaries.resize(subjects.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      for (const Source* source : sources_of(subjects[i])) {
        owner_[source] = i;
        if (subjects[i].format != Format::capacity) configurations_.push_back(source);
      }
    }
    // Capacities first: the rules of all others ask for them.
    for (const bool capacities : {true, false})
      for (std::size_t i = 0; i < subjects.size(); ++i)
        if ((subjects[i].format == Format::capacity) == capacities) {
          outcome.summaries[i].what = one(subjects[i]);
          for (const Source& source : sources_.all()) owner_.try_emplace(&source, i);  // what it included, too
        }
    between_the_layers();
    outcome.findings = apply_suppressions(std::move(found_), sources_);
    for (const Finding& finding : outcome.findings) {
      Summary& summary = outcome.summaries[owner_[finding.spot.source]];
      const Severity severity = finding.rule->severity;
      ++(severity == Severity::error     ? summary.errors
         : severity == Severity::warning ? summary.warnings
                                         : summary.infos);
      outcome.unreadable = outcome.unreadable || finding.rule == &unreadable;
    }
    sort(outcome.findings);
    return outcome;
  }

 private:
  static std::vector<const Source*> sources_of(const Subject& subject) {
    std::vector<const Source*> list{subject.source};
    list.insert(list.end(), subject.further.begin(), subject.further.end());
    return list;
  }

  std::string one(const Subject& subject) {
    Findings findings;
    std::string what;
    switch (subject.format) {
      case Format::haproxy:
        what = haproxy(subject, findings);
        break;
      case Format::nginx:
        what = nginx(*subject.source, findings);
        break;
      case Format::envoy:
        what = envoy(*subject.source, findings);
        break;
      case Format::capacity:
        what = capacity(*subject.source, findings);
    }
    keep(findings, *subject.source);
    return what;
  }

  // Neither HAProxy nor nginx starts with that. What is no text, or stands in no section, was told.
  static void nothing_in(const Source& source, Findings& findings) {
    const auto& told = findings.list();
    if (std::any_of(told.begin(), told.end(), [](const Finding& one) { return one.rule->severity == Severity::error; }))
      return;
    findings.add(refused, {&source, 0, 0}, "there is nothing in this file");
  }

  std::string capacity(const Source& source, Findings& findings) {
    if (capacity_.source != nullptr)
      findings.add(refused, {&source, 1, 1}, fmt::format("{} declares capacities already", capacity_.source->name()));
    else
      capacity_ = read_capacity(source, findings);
    return "capacities";
  }

  std::string haproxy(const Subject& asked, Findings& findings) {
    const std::vector<const Source*> files = sources_of(asked);
    const haproxy::Config config = haproxy::read_config(files, environment_, findings);
    if (config.sections.empty()) nothing_in(*asked.source, findings);
    const std::string missing = asked.directory.empty() ? haproxy::missing_from(config) : "";
    const haproxy::KnownNames names{config, missing.empty() ? haproxy::Extent::whole : haproxy::Extent::part};
    haproxy::check_lines(config, names, findings);
    haproxy::check_references(config, names, findings);
    haproxy::check_consistency(config, names, findings);
    if (missing.empty())
      haproxy_rules(asked, config, findings);
    else
      haproxy_part(config, missing, findings);
    std::size_t fronts = 0, backs = 0, servers = 0;
    for (const haproxy::Section& section : config.sections) {
      if (!section.is_proxy()) continue;
      fronts += section.faces_clients() ? 1 : 0;
      backs += section.faces_servers() ? 1 : 0;
      servers += haproxy::servers_of(section).size();
    }
    return fmt::format("HAProxy, {}{}, {}, {}", asked.directory.empty() ? "" : counted(files.size(), "file") + ", ",
                       counted(fronts, "frontend"), counted(backs, "backend"), counted(servers, "server"));
  }

  void haproxy_rules(const Subject& asked, const haproxy::Config& config, Findings& findings) {
    const std::optional<haproxy::Running> running =
        asked.running ? std::optional{haproxy::Running{*asked.running}} : std::nullopt;
    const haproxy::Subject subject{config, capacity_, findings, running ? &*running : nullptr};
    for (const auto rules : {haproxy::timeout_rules(), haproxy::slot_rules(), haproxy::server_rules(),
                             haproxy::process_rules(), haproxy::drift_rules()})
      for (const haproxy::ConfigRule& row : rules) row.check(row.rule, subject);
    append(ways_, budget::ways(config, capacity_));
    append(idle_, budget::idle_of(config));
  }

  // Rules ask for timeouts, limits and ways to backends: without the rest they would find what is not so.
  void haproxy_part(const haproxy::Config& config, const std::string& missing, Findings& findings) {
    const Spot start = config.sections.front().spot();
    configurations_.erase(std::remove(configurations_.begin(), configurations_.end(), start.source),
                          configurations_.end());
    findings.add(only_a_part, start,
                 fmt::format("{}: HAProxy serves nobody with this alone. Its words were checked; pools, queues and "
                             "timeouts can be judged with the rest only",
                             missing),
                 "Check the directory with all of it, as haproxy -f DIR takes it: firedrill check DIR.");
  }

  std::string nginx(const Source& source, Findings& findings) {
    const nginx::Tree tree = nginx::read_tree(source, sources_, findings);
    if (tree.root->children.empty() && findings.list().empty()) nothing_in(source, findings);
    nginx::check_directives(tree, findings);
    nginx::check_arguments(tree, findings);
    nginx::check_values(tree, findings);
    const nginx::Subject subject{tree, capacity_, findings};
    for (const auto rules : {nginx::upstream_rules(), nginx::passing_rules(), nginx::worker_rules()})
      for (const nginx::TreeRule& row : rules) row.check(row.rule, subject);
    append(ways_, budget::ways(tree, capacity_));
    append(idle_, budget::idle_of(tree));
    std::size_t servers = 0;
    nginx::each(*tree.root,
                [&](const nginx::Directive& one) { servers += one.block && one.name() == "server" ? 1 : 0; });
    return fmt::format("nginx, {}, {}", counted(servers, "server"), counted(tree.upstreams.size(), "upstream"));
  }

  std::string envoy(const Source& source, Findings& findings) {
    const std::optional<Yaml> root = read_yaml(source, findings);
    if (!root) return "Envoy, not read";
    if (!envoy::is_configuration(*root, findings)) return "no configuration of Envoy";
    const envoy::Config config = envoy::read_config(*root);
    envoy::check_fields(*root, config, findings);
    const envoy::Subject subject{config, capacity_, findings};
    for (const auto rules : {envoy::breaker_rules(), envoy::cluster_rules()})
      for (const envoy::ClusterRule& row : rules) row.check(row.rule, subject);
    append(ways_, budget::ways(config, capacity_));
    append(idle_, budget::idle_of(config));
    return fmt::format("Envoy, {}", counted(config.clusters.size(), "cluster"));
  }

  // What capacity.toml says against all the others.
  void between_the_layers() {
    if (capacity_.source == nullptr) return;
    Findings findings;
    if (capacity_.backend && ways_.empty() && !configurations_.empty())
      findings.add(refused, capacity_.backend->spot,
                   fmt::format("[app] backend: no file that is checked has a backend, upstream or cluster \"{}\" that "
                               "leads to servers",
                               capacity_.backend->value));
    const budget::Subject subject{capacity_, ways_, idle_, configurations_, sources_, findings};
    for (const auto rules : {budget::budget_rules(), budget::proof_rules()})
      for (const budget::BudgetRule& row : rules) row.check(row.rule, subject);
    keep(findings, *capacity_.source);
  }

  template <typename List>
  static void append(List& list, List more) {
    list.insert(list.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }

  void keep(Findings& findings, const Source& source) {
    const bool cut = findings.full();
    for (Finding& finding : findings.take()) found_.push_back(std::move(finding));
    if (cut)
      found_.push_back({&unreadable,
                        {&source, 0, 0},
                        fmt::format("there are more than {} findings; the others are left out", Findings::most),
                        ""});
  }

  void sort(std::vector<Finding>& findings) const {
    std::map<const Source*, std::size_t> order;
    for (const Source& source : sources_.all()) order.emplace(&source, order.size());
    std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
      return std::make_tuple(order[a.spot.source], a.spot.line, a.spot.column) <
             std::make_tuple(order[b.spot.source], b.spot.line, b.spot.column);
    });
  }

  Sources& sources_;
  const Environment& environment_;
  Capacity capacity_;
  std::vector<budget::Way> ways_;
  std::vector<budget::Idle> idle_;
  std::vector<const Source*> configurations_;
  std::map<const Source*, std::size_t> owner_;
  std::vector<Finding> found_;
};

}  // namespace

std::string_view name_of(Format format) {
  switch (format) {
    case Format::haproxy:
      return "HAProxy";
    case Format::nginx:
      return "nginx";
    case Format::envoy:
      return "Envoy";
    case Format::capacity:
      break;
  }
  return "capacities";
}

Outcome check(const std::vector<Subject>& subjects, Sources& sources, const Environment& environment) {
  return Checking{sources, environment}.check(subjects);
}

}  // namespace firedrill::lint
