// Rules about how many connections there may be, and where the others wait: configuration.txt of 2.6, "maxconn",
// "minconn", "fullconn".
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_examples.hpp"
#include "lint/haproxy_rules.hpp"

namespace firedrill::lint::haproxy {

std::int64_t slots_of(const Section& backend) {
  const std::vector<Server> servers = servers_of(backend);
  const bool only_backups =
      std::all_of(servers.begin(), servers.end(), [](const Server& one) { return one.is_backup(); });
  std::int64_t sum = 0;
  for (const Server& server : servers) {
    if ((server.is_backup() && !only_backups) || !gets_requests(server, backend)) continue;
    const std::int64_t most = std::max(server.number("maxconn"), server.number("minconn"));
    if (most <= 0) return -1;
    sum += most * server.count;
  }
  return sum;
}

Setting wait_of(const Section& backend) {
  const auto own = time_of(backend, "queue");
  return find(backend, {"timeout", own && *own > Time{0} ? "queue" : "connect"});
}

std::optional<std::int64_t> clients_of(const Config& config, const Section& frontend) {
  const Setting own = find(frontend, {"maxconn"});
  if (own && lax_number(own.value()) > 0) return lax_number(own.value());
  const Line* global = config.global_line("maxconn");
  if (global != nullptr && lax_number(global->word(1)) > 0) return lax_number(global->word(1));
  return std::nullopt;
}

namespace {

using namespace std::chrono_literals;

void no_limit(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    const std::vector<Server> servers = servers_of(section);
    const auto unlimited = [&](const Server& server) {
      return server.number("maxconn") <= 0 && server.number("minconn") <= 0 && gets_requests(server, section);
    };
    const auto first = std::find_if(servers.begin(), servers.end(), unlimited);
    if (first == servers.end()) continue;
    std::vector<Spot> places;
    for (const Server& server : servers) {
      const Option* own = server.option("maxconn");
      if (unlimited(server)) places.push_back(own != nullptr ? own->spot() : server.line->spot());
    }
    const Option* zero = first->option("maxconn");
    subject.findings.add(
        rule, places,
        fmt::format("{}: {} of {} servers have no maxconn{}", section.shown(), places.size(), servers.size(),
                    zero != nullptr ? ", or one of 0" + inherited(*zero, *first) : ""));
  }
}

// More clients than this for a slot, and a second or more to wait: the queue is where users spend their time.
constexpr std::int64_t clients_for_a_slot = 50;
/// Without a maxconn as many come as the process has descriptors for; what HAProxy was once built with is the least to
/// reckon with.
constexpr std::int64_t unknown_clients = 2000;

void crowd_before_few_slots(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    const std::int64_t slots = slots_of(section);
    if (slots <= 0) continue;
    std::int64_t clients = 0;
    bool all_known = true;
    for (const Section* frontend : subject.config.frontends_that_may_reach(section)) {
      const auto some = clients_of(subject.config, *frontend);
      all_known = all_known && some;
      clients += some.value_or(unknown_clients);
    }
    const Setting wait = wait_of(section);
    const Time time = wait ? parse_time(wait.value()).value_or(0us) : 0us;
    if (clients <= slots * clients_for_a_slot || (time > 0us && time < 1s)) continue;
    const Server server = servers_of(section).front();
    const Option* limit = server.option("maxconn");
    subject.findings.add(
        rule, limit != nullptr ? limit->spot() : server.line->spot(),
        fmt::format("{}: {} clients may come, and there are {} slots{}; the others wait {}{} in a queue of any length",
                    section.shown(),
                    all_known ? std::to_string(clients) : "without any maxconn before it some thousand", slots,
                    limit != nullptr ? inherited(*limit, server) : "",
                    time > 0us ? fmt::format("up to {}", wait.value()) : "for ever",
                    time > 0us ? inherited(wait, section) : ""));
  }
}

void more_than_workers(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.workers) return;
  const auto workers = static_cast<std::int64_t>(subject.capacity.workers->value);
  for (const Section& section : subject.config.sections)
    for (const Server& server : servers_of(section)) {
      const Option* limit = server.option("maxconn");
      if (limit == nullptr || server.number("maxconn") <= workers) continue;
      subject.findings.add(rule, limit->spot(),
                           fmt::format("server {} takes {} at once{}, and an instance of the app has {} workers",
                                       server.name, limit->value(), inherited(*limit, server), workers),
                           fmt::format("Write maxconn {}, or less if others ask the app, too.", workers));
    }
}

void minimum_above_maximum(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections)
    for (const Server& server : servers_of(section)) {
      const std::int64_t least = server.number("minconn"), most = server.number("maxconn");
      if (least <= 0 || least <= most) continue;
      const Option* minconn = server.option("minconn");
      subject.findings.add(
          rule, minconn->spot(),
          most <= 0 ? fmt::format("server {} has minconn {}{} and no maxconn: {} is its fixed limit", server.name,
                                  least, inherited(*minconn, server), least)
                    : fmt::format("server {} has minconn {}{} above maxconn {}: HAProxy raises the maximum to {}",
                                  server.name, least, inherited(*minconn, server), most, least));
    }
}

void unreachable_maximum(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    const std::vector<Server> servers = servers_of(section);
    const auto ramped = std::find_if(servers.begin(), servers.end(), [](const Server& server) {
      return server.number("minconn") > 0 && server.number("minconn") < server.number("maxconn");
    });
    if (ramped == servers.end()) continue;
    const Option* minconn = ramped->option("minconn");
    std::int64_t clients = 0;
    bool all_known = true;
    for (const Section* frontend : subject.config.frontends_of(section)) {
      const auto some = clients_of(subject.config, *frontend);
      all_known = all_known && some;
      clients += some.value_or(0);
    }
    const Setting set = find(section, {"fullconn"});
    const std::int64_t full = set ? lax_number(set.value()) : clients / 10;
    const std::string what = set ? fmt::format("fullconn {}{}", full, inherited(set, section))
                                 : fmt::format("fullconn, by default {}, a tenth of what the frontends take,", full);
    const auto& capacity = subject.capacity;
    const double peak =
        capacity.rate && capacity.service_time ? capacity.rate->value * capacity.service_time->value : 0;
    std::string why;
    if (!set && subject.config.is_dynamic())
      why = "a use_backend takes its name from the request, and is not counted for the default of fullconn";
    else if (!set && !all_known)
      why = "the default of fullconn follows from the descriptor limit of the process";
    else if (set && all_known && clients > 0 && full > clients)
      why = fmt::format("{} is more than the {} that the frontends let in", what, clients);
    else if (peak > 0 && static_cast<double>(full) > peak)
      why = fmt::format("{} is more than the {:.0f} requests at once of the declared peak", what, peak);
    if (!why.empty())
      subject.findings.add(
          rule, set.where == &section ? set.spot() : minconn->spot(),
          fmt::format("{}: servers have a minconn{}, and {}", section.shown(), inherited(*minconn, *ramped), why));
  }
}

void more_than_the_process(const Rule& rule, const Subject& subject) {
  const Line* global = subject.config.global_line("maxconn");
  if (global == nullptr) return;
  const std::int64_t most = lax_number(global->word(1));
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || !section.faces_clients()) continue;
    const Setting own = find(section, {"maxconn"});
    if (!own || most <= 0 || lax_number(own.value()) <= most) continue;
    subject.findings.add(rule, own.where == &section ? own.spot() : section.spot(),
                         fmt::format("{} takes maxconn {}{}, and the process {} ({})", section.shown(), own.value(),
                                     inherited(own, section), most, line_of(global->spot(), section.spot())));
  }
}

// Of frontends that say how many they take and lead to servers: a page of statistics crowds nobody out.
void together_more_than_the_process(const Rule& rule, const Subject& subject) {
  const Line* global = subject.config.global_line("maxconn");
  const std::int64_t most = global == nullptr ? 0 : lax_number(global->word(1));
  if (most <= 0) return;
  std::int64_t sum = 0, many = 0;
  std::string each;
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || !section.faces_clients()) continue;
    const Setting own = find(section, {"maxconn"});
    const std::int64_t clients = own ? lax_number(own.value()) : 0;
    const std::vector<const Section*> backends = backends_of(subject.config, section);
    const bool serves = std::any_of(backends.begin(), backends.end(),
                                    [](const Section* backend) { return !servers_of(*backend).empty(); });
    if (clients <= 0 || !serves) continue;
    if (clients > most) return;  // which is told by itself
    sum += clients;
    if (++many <= 3) each += fmt::format("{}{} {}", many == 1 ? "" : ", ", section.name, clients);
  }
  if (many < 2 || sum <= most) return;
  subject.findings.add(rule, global->spot_of(1),
                       fmt::format("the process takes {}, and {} frontends take {} together ({}{})", most, many, sum,
                                   each, many > 3 ? " …" : ""));
}

const ConfigRule slot_rows[] = {
    {{"HA04", Severity::warning, "servers without maxconn",
      "A server whose maxconn, default-server included, is 0 or not set.",
      "0 means unlimited: at a peak HAProxy passes everything on, the server drowns, and there is no queue whose "
      "length would say so.",
      "Give each server what it bears: maxconn 100. In mode http that counts requests, not connections.",
      "thundering-herd", HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n"},
     no_limit},
    {{"HA05", Severity::error, "a crowd before few slots",
      "The frontends of a backend let in more than 50 clients for each slot (the sum of its servers' maxconn), and one "
      "may wait a second "
      "or more for a slot.",
      "The outage of 2023-05-10. The queue of a backend has no limit of length; only timeout queue ends the wait. "
      "Users see the backend as "
      "slow while it is idle: 503 with sQ, and econ counts them as if backends failed.",
      "Raise maxconn of the servers to what they bear; or lower the frontend's maxconn, or timeout queue below 1s.",
      "haproxy/haproxy-maxconn", HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 7\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n"},
     crowd_before_few_slots},
    {{"HA06", Severity::warning, "more slots than workers",
      "A server's maxconn exceeds [app] workers in capacity.toml.",
      "What the load balancer lets through waits inside the app, where no timeout queue applies and no counter shows "
      "it.",
      "Set maxconn to the workers of one instance.", "pool-exhaustion",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 80\n", "[app]\nworkers = 80\n"},
     more_than_workers},
    {{"HA07", Severity::error, "minconn above maxconn", "A server's minconn exceeds its maxconn, or stands alone.",
      "HAProxy then takes minconn for the maximum, whatever the manual says of maxconn: the limit is not what was "
      "meant.",
      "Write minconn below maxconn, or maxconn alone.", "pool-exhaustion",
      HEAD TIMES FRONT BACK "  fullconn 1000\n  server api1 127.0.0.1:8081 check minconn 200 maxconn 100\n",
      HEAD TIMES FRONT BACK "  fullconn 1000\n  server api1 127.0.0.1:8081 check minconn 50 maxconn 100\n"},
     minimum_above_maximum},
    {{"HA08", Severity::warning, "a maximum that is not reached",
      "Servers have a minconn below maxconn, and fullconn is larger than what the frontends let in or than the "
      "declared peak, or is left "
      "to a default that cannot be worked out (dynamic use_backend, no maxconn).",
      "Below fullconn the limit lies between minconn and maxconn; where fullconn is never reached, neither is maxconn.",
      "Set fullconn to the number of requests at once at which servers should take their maximum.", "pool-exhaustion",
      HEAD TIMES FRONT BACK "  fullconn 9000\n  server api1 127.0.0.1:8081 check minconn 50 maxconn 100\n",
      HEAD TIMES FRONT BACK "  fullconn 1000\n  server api1 127.0.0.1:8081 check minconn 50 maxconn 100\n"},
     unreachable_maximum},
    {{"HA11", Severity::error, "a frontend larger than the process", "A frontend's maxconn exceeds the global one.",
      "The process stops accepting first, for all frontends together: one of them starves the others, and clients wait "
      "in the kernel "
      "where nothing is logged.",
      "Raise the global maxconn above the sum of the frontends', or lower the frontend's.", "thundering-herd",
      HEAD TIMES "frontend www\n  bind :8080\n  maxconn 10000\n  default_backend api\n" BACK
                 "  server api1 127.0.0.1:8081 check maxconn 250\n",
      HEAD TIMES "frontend www\n  bind :8080\n  maxconn 4000\n  default_backend api\n" BACK
                 "  server api1 127.0.0.1:8081 check maxconn 250\n"},
     more_than_the_process},
    {{"HA25", Severity::info, "frontends that are larger than the process together",
      "Frontends that lead to servers have a maxconn, defaults included, none above the global one, and their sum is.",
      "When one of them fills up, the process may stop accepting before that one has reached its own limit, and then "
      "for all the others, too.",
      "Raise the global maxconn above their sum, or lower theirs until they fit beside each other.", "thundering-herd",
      HEAD TIMES "frontend www\n  bind :8080\n  maxconn 3000\n  default_backend api\nfrontend apps\n  bind :8081\n"
                 "  maxconn 3000\n  default_backend api\n" BACK "  server api1 127.0.0.1:8081 check maxconn 250\n",
      HEAD TIMES "frontend www\n  bind :8080\n  maxconn 3000\n  default_backend api\nfrontend apps\n  bind :8081\n"
                 "  maxconn 1000\n  default_backend api\n" BACK "  server api1 127.0.0.1:8081 check maxconn 250\n"},
     together_more_than_the_process},
};

}  // namespace

std::span<const ConfigRule> slot_rules() { return slot_rows; }

}  // namespace firedrill::lint::haproxy
