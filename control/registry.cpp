// Lists kept, plans made of them.
#include "control/registry.hpp"

#include <algorithm>
#include <cctype>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "control/problem.hpp"
#include "control/views.hpp"
#include "drills/toml_guard.hpp"
#include "faults/profiles.hpp"
#include "faults/reader.hpp"

namespace firedrill::control {
namespace {

using faults::Fault;
using std::chrono::steady_clock;
using std::chrono::system_clock;

std::string missing(std::string_view what, const std::string& name, const std::vector<std::string>& known) {
  const std::string near = faults::nearest(name, known);
  return fmt::format("there is no {} \"{}\"{}", what, name,
                     near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
}

bool has_expired(const HandFault& one, faults::Time now) { return one.fault->until <= now; }

std::size_t count_in_force(const std::vector<HandFault>& all) {
  const auto now = steady_clock::now();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const HandFault& one) { return !has_expired(one, now); }));
}

std::vector<HandFault> in_force(const std::vector<HandFault>& all) {
  std::vector<HandFault> rest;
  const auto now = steady_clock::now();
  for (const HandFault& one : all)
    if (!has_expired(one, now)) rest.push_back(one);
  return rest;
}

auto named(std::vector<HandFault>& all, const std::string& name) {
  return std::find_if(all.begin(), all.end(), [&](const HandFault& one) { return one.fault->name == name; });
}

auto existing(std::vector<HandFault>& all, const std::string& name) {
  const auto found = named(all, name);
  if (found != all.end()) return found;
  std::vector<std::string> known;
  for (const HandFault& one : all) known.push_back(one.fault->name);
  throw Refusal{404, missing("fault", name, known)};
}

std::shared_ptr<Fault> read(const NewFault& wanted) {
  faults::Problems problems;
  const std::string subject = fmt::format("fault \"{}\"", wanted.name);
  faults::Value table = wanted.table;
  std::shared_ptr<Fault> fault;
  faults::Reader keys{table, subject, problems};
  if (faults::lay_profile_under(table, subject, problems)) fault = faults::read_fault(wanted.name, keys);
  if (fault) keys.finish();
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
  fault->effects = std::make_shared<faults::Effects>();
  return fault;
}

HandFault in_force_from_now(std::shared_ptr<Fault> fault, const NewFault& wanted) {
  fault->since = steady_clock::now();
  fault->until = wanted.ttl ? fault->since + *wanted.ttl : faults::never;
  const WallTime now = system_clock::now();
  return {std::move(fault),
          wanted.table,
          wanted.ttl,
          now,
          now + std::chrono::duration_cast<system_clock::duration>(wanted.ttl.value_or(Duration::zero())),
          wanted.by,
          wanted.toxic,
          {},
          wanted.held_by};
}

Json said_of(const HandFault& one) {
  Json said{{"fault", one.fault->name}, {"kind", std::string{one.fault->kind->name}}};
  said["until"] = one.ttl ? Json(show_utc(one.until)) : Json(nullptr);
  return said;
}

void judge_loop(const proxy::Endpoint& listen, const proxy::Endpoint& upstream) {
  if (listen.port != 0 && listen == upstream)
    throw Refusal{400, fmt::format("upstream {}: the proxy listens there itself", upstream.text())};
}

// A name of any form can be addressed, but a page must be able to show it.
void judge_name(std::string_view what, const std::string& name) {
  const bool shown = std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; }) &&
                     !drills::not_utf8(name);
  if (!name.empty() && name.size() <= 255 && shown) return;
  throw Refusal{400, fmt::format("the name of a {} has 1 to 255 bytes of UTF-8 and no control characters", what)};
}

NewProxy changed(NewProxy proxy, const ProxyChange& change) {
  proxy.listen = change.listen.value_or(proxy.listen);
  proxy.upstream = change.upstream.value_or(proxy.upstream);
  proxy.connect_timeout = change.connect_timeout.value_or(proxy.connect_timeout);
  proxy.enabled = change.enabled.value_or(proxy.enabled);
  return proxy;
}

}  // namespace

std::vector<HandFault> ProxyView::all() const {
  std::vector<HandFault> both = faults;
  both.insert(both.end(), played.begin(), played.end());
  return both;
}

Registry::Registry(Options options) : options_{std::move(options)}, engine_{proxy::Engine::Options{options_.workers}} {}

ProxyView Registry::create(const NewProxy& wanted, const std::vector<NewFault>& faults, const std::string& by) {
  judge_name("proxy", wanted.name);
  judge(wanted.upstream);
  if (faults.size() > most_faults) throw Refusal{400, fmt::format("at most {} faults on a proxy", most_faults)};
  std::vector<HandFault> all;
  for (const NewFault& one : faults) {
    judge_name("fault", one.name);
    if (named(all, one.name) != all.end())
      throw Refusal{400, fmt::format("two of the faults are named \"{}\"", one.name)};
    all.push_back(in_force_from_now(read(one), one));
  }
  const auto entry = std::make_shared<Entry>(wanted);
  entry->faults = std::move(all);
  const std::scoped_lock busy{entry->changing, entry->telling};
  {
    const std::lock_guard lock{mutex_};
    if (closing_) throw Refusal{503, "the daemon is about to end"};
    if (!faults.empty() && halt_) throw Refusal{423, fmt::format("halted by {}: {}", halt_->by, halt_->reason)};
    if (entries_.contains(wanted.name)) throw Refusal{409, fmt::format("there is a proxy \"{}\" already", wanted.name)};
    if (entries_.size() == most_proxies) throw Refusal{409, fmt::format("there are {} proxies already", most_proxies)};
    entries_.emplace(wanted.name, entry);  // whoever wants it waits at `changing`
  }
  try {
    if (wanted.enabled) open(*entry);
  } catch (const std::exception&) {
    const std::lock_guard lock{mutex_};
    entry->gone = true;
    entries_.erase(wanted.name);
    throw;
  }
  tell_of("proxy_created", wanted.name, by, {{"listen", wanted.listen.text()}, {"upstream", wanted.upstream.text()}});
  for (const HandFault& one : entry->faults) tell_of("fault_on", wanted.name, one.by, said_of(one));
  const std::lock_guard lock{mutex_};
  return view(*entry);
}

// With `changing` held.
void Registry::open(Entry& entry) {
  proxy::ProxySpec spec;
  spec.name = entry.spec.name;
  spec.listen = entry.bound.value_or(entry.spec.listen);  // who was told the port finds it again
  spec.upstream = entry.spec.upstream;
  spec.connect_timeout = entry.spec.connect_timeout;
  spec.seed = options_.seed;
  judge_loop(spec.listen, spec.upstream);
  try {
    engine_.open(spec, plan_of(entry));
  } catch (const std::system_error& error) {
    throw CannotListen{spec.listen, error};
  } catch (const std::runtime_error& error) {
    throw Refusal{503, error.what()};
  }
  proxy::Endpoint bound = spec.listen;
  if (!bound.is_unix()) bound.port = engine_.port(spec.name);
  const std::lock_guard lock{mutex_};
  entry.bound = bound;
  const std::lock_guard news{entry.told.mutex};
  entry.told.version = entry.version;
  entry.opening = ++openings_;
}

// With `changing` held. What can be known beforehand is, so that what is refused has not cut anybody off.
void Registry::judge_move(const Entry& entry, const NewProxy& after) const {
  judge(after.upstream);
  const bool moves = after.listen != entry.spec.listen;
  const proxy::Endpoint listen = moves ? after.listen : entry.bound.value_or(after.listen);
  judge_loop(listen, after.upstream);
  // On the port that it has already nobody else can be.
  const bool has_the_port = entry.spec.enabled && entry.bound && entry.bound->port == listen.port;
  if (after.enabled && moves && !has_the_port) foresee_listening(listen);
}

void Registry::foresee(const NewProxy& wanted) const {
  judge_name("proxy", wanted.name);
  if (wanted.upstream.is_unix() || wanted.upstream.port != 0) judge(wanted.upstream);
  judge_loop(wanted.listen, wanted.upstream);
  foresee_listening(wanted.listen);
}

void Registry::foresee(const std::string& proxy, const ProxyChange& change) const {
  const auto [entry, changing] = hold(proxy);
  judge_move(*entry, changed(entry->spec, change));
}

void Registry::foresee_listening(const proxy::Endpoint& listen) {
  if (listen.is_unix()) return;
  try {
    proxy::Engine::judge_listen(listen);
  } catch (const std::system_error& error) {
    throw CannotListen{listen, error};
  }
}

ProxyView Registry::change(const std::string& proxy, const ProxyChange& change, const std::string& by) {
  return this->change(
      proxy, [&](const ProxyView&) { return change; }, by);
}

ProxyView Registry::change(const std::string& proxy, const ProxyRemade& remade, const std::string& by) {
  const auto [entry, changing] = hold(proxy);
  const std::lock_guard telling{entry->telling};
  ProxyView present;
  {
    const std::lock_guard lock{mutex_};
    if (closing_) throw Refusal{503, "the daemon is about to end"};
    present = view(*entry);
  }
  const NewProxy before = entry->spec;
  const auto bound = entry->bound;
  const NewProxy after = changed(before, remade(present));
  judge_move(*entry, after);
  const bool same = after.listen == before.listen && after.upstream == before.upstream &&
                    after.connect_timeout == before.connect_timeout;
  const auto write = [&](const NewProxy& spec) {
    const std::lock_guard lock{mutex_};
    if (spec.listen != entry->spec.listen) entry->bound.reset();
    entry->spec = spec;
  };
  if (before.enabled && (!same || !after.enabled)) engine_.close(proxy, Duration::zero());
  if (after.enabled && (!same || !before.enabled)) {
    write(after);
    try {
      open(*entry);
    } catch (const std::exception&) {
      write(before);
      {
        const std::lock_guard lock{mutex_};
        entry->bound = bound;
      }
      try {
        if (before.enabled) open(*entry);
      } catch (const std::exception&) {  // somebody has taken its port in between: it is not open, and says so
        NewProxy shut = before;
        shut.enabled = false;
        write(shut);
        tell_of("proxy_changed", proxy, by,
                {{"listen", shut.listen.text()}, {"upstream", shut.upstream.text()}, {"enabled", false}});
      }
      throw;
    }
  }
  write(after);
  tell_of("proxy_changed", proxy, by,
          {{"listen", after.listen.text()}, {"upstream", after.upstream.text()}, {"enabled", after.enabled}});
  const std::lock_guard lock{mutex_};
  return view(*entry);
}

proxy::Counters Registry::remove(const std::string& proxy, const std::string& by, Duration grace) {
  bool was_open = false;
  {
    const auto [entry, changing] = hold(proxy);
    if (!entry->played.empty()) throw Refusal{409, fmt::format("run {} has faults on it", entry->played.front().run)};
    const std::lock_guard telling{entry->telling};
    const std::lock_guard lock{mutex_};
    entry->gone = true;
    was_open = entry->spec.enabled;
  }
  proxy::Counters last;
  if (was_open) last = engine_.close(proxy, grace);
  {
    const std::lock_guard lock{mutex_};
    entries_.erase(proxy);
  }
  tell_of("proxy_removed", proxy, by);
  return last;
}

std::vector<ProxyView> Registry::list() const {
  const std::lock_guard lock{mutex_};
  std::vector<ProxyView> all;
  for (const auto& [name, entry] : entries_)
    if (!entry->gone) all.push_back(view(*entry));
  return all;
}

Registry::Census Registry::census() const {
  const std::lock_guard lock{mutex_};
  Census census;
  for (const auto& [name, entry] : entries_) {
    if (entry->gone) continue;
    ++census.proxies;
    census.faults += count_in_force(entry->faults) + count_in_force(entry->played);
  }
  return census;
}

ProxyView Registry::find(const std::string& proxy) const {
  const auto entry = at(proxy);
  const std::lock_guard lock{mutex_};
  return view(*entry);
}

HandFault Registry::add_fault(const std::string& proxy, const NewFault& wanted) {
  judge_name("fault", wanted.name);
  auto [entry, changing] = hold(proxy);
  std::vector<HandFault> faults = in_force(entry->faults);
  if (named(faults, wanted.name) != faults.end())
    throw Refusal{409, fmt::format("there is a fault \"{}\" already", wanted.name)};
  return put(*entry, std::move(changing), std::move(faults), wanted);
}

HandFault Registry::put_fault(const std::string& proxy, const NewFault& wanted, bool* created) {
  judge_name("fault", wanted.name);
  auto [entry, changing] = hold(proxy);
  std::vector<HandFault> faults = in_force(entry->faults);
  if (created != nullptr) *created = named(faults, wanted.name) == faults.end();
  return put(*entry, std::move(changing), std::move(faults), wanted);
}

HandFault Registry::change_fault(const std::string& proxy, const std::string& fault,
                                 const std::function<NewFault(const HandFault&)>& remade) {
  auto [entry, changing] = hold(proxy);
  if (const auto one = named(entry->played, fault); one != entry->played.end())
    throw Refusal{409, fmt::format("fault \"{}\" is run {}'s; it changes by its drill alone", fault, one->run)};
  std::vector<HandFault> faults = in_force(entry->faults);
  const NewFault wanted = remade(*existing(faults, fault));
  return put(*entry, std::move(changing), std::move(faults), wanted);
}

// With `changing` held. `faults`: those in force.
HandFault Registry::put(Entry& entry, Changing changing, std::vector<HandFault> faults, const NewFault& wanted) {
  const std::shared_ptr<Fault> fault = read(wanted);
  refuse_while_halted();
  if (const auto one = named(entry.played, wanted.name); one != entry.played.end())
    throw Refusal{409, fmt::format("run {} has a fault \"{}\" on it; take another name", one->run, wanted.name)};
  const auto old = named(faults, wanted.name);
  const bool is_new = old == faults.end();
  HandFault made = in_force_from_now(fault, wanted);
  if (old == faults.end()) {
    if (faults.size() == most_faults) throw Refusal{409, fmt::format("there are {} faults on it already", most_faults)};
    faults.push_back(made);
  } else {
    if (faults::continues(*fault, *old->fault)) {
      if (fault->scope == old->fault->scope) fault->since = old->fault->since;
      fault->effects = old->fault->effects;
      made.since = old->since;
      if (!made.toxic) made.toxic = old->toxic;
    }
    *old = made;
  }
  const std::string proxy = entry.spec.name;
  set_faults(entry, std::move(changing), std::move(faults));
  tell_of(is_new ? "fault_on" : "fault_changed", proxy, wanted.by, said_of(made));
  return made;
}

void Registry::remove_fault(const std::string& proxy, const std::string& fault, const std::string& by) {
  auto [entry, changing] = hold(proxy);
  if (const auto one = named(entry->played, fault); one != entry->played.end())
    throw Refusal{409, fmt::format("fault \"{}\" is run {}'s; end it there", fault, one->run)};
  std::vector<HandFault> faults = in_force(entry->faults);
  faults.erase(existing(faults, fault));
  set_faults(*entry, std::move(changing), std::move(faults));
  tell_of("fault_off", proxy, by, {{"fault", fault}, {"why", "removed"}});
}

std::size_t Registry::heal(const std::optional<std::string>& proxy, const std::string& by, const Which& which) {
  std::vector<std::string> names;
  if (proxy) {
    names.push_back(*proxy);
  } else {
    for (const ProxyView& one : list()) names.push_back(one.spec.name);
  }
  std::size_t healed = 0;
  std::optional<Refusal> first;
  for (const std::string& name : names) {
    try {
      auto [entry, changing] = hold(name);
      std::vector<HandFault> rest = in_force(entry->faults);
      std::vector<std::string> off;
      std::erase_if(rest, [&](const HandFault& one) {
        if (which && !which(one)) return false;
        off.push_back(one.fault->name);
        return true;
      });
      if (off.empty()) {
        // Somebody's heal that a worker has not confirmed is not over yet.
        const std::uint64_t version = entry->version;
        changing.unlock();
        tell(*entry, version);
        continue;
      }
      healed += off.size();
      set_faults(*entry, std::move(changing), std::move(rest));
      for (const std::string& fault : off) tell_of("fault_off", name, by, {{"fault", fault}, {"why", "healed"}});
    } catch (const Refusal& refusal) {
      // One that has gone meanwhile has no faults; the others are healed whatever becomes of one.
      if (!first && (proxy || refusal.status != 404)) first = refusal;
    }
  }
  if (first) throw Refusal{*first};
  return healed;
}

void Registry::halt(const std::string& reason, const std::string& by) {
  {
    const std::lock_guard lock{mutex_};
    halt_ = Halt{reason, by, system_clock::now()};
  }
  tell_of("halted", "", by, {{"reason", reason}});
  heal(std::nullopt, by);
}

bool Registry::release(const std::string& by) {
  {
    const std::lock_guard lock{mutex_};
    if (!std::exchange(halt_, std::nullopt)) return false;
  }
  tell_of("released", "", by);
  return true;
}

void Registry::play(const std::string& proxy, const std::string& run,
                    const std::vector<std::shared_ptr<const faults::Fault>>& faults, const Tables& tables) {
  auto [entry, changing] = hold(proxy);
  std::vector<HandFault> played;
  for (const HandFault& one : entry->played)
    if (one.run != run) played.push_back(one);
  const auto now = steady_clock::now();
  const WallTime wall = system_clock::now();
  std::vector<HandFault> present = in_force(entry->faults);
  for (const auto& fault : faults) {
    if (named(present, fault->name) != present.end() || named(played, fault->name) != played.end())
      throw Refusal{409, fmt::format("proxy \"{}\" has a fault \"{}\" already", proxy, fault->name)};
    const auto wall_of = [&](faults::Time t) {
      return wall + std::chrono::duration_cast<system_clock::duration>(t - now);
    };
    const auto table = tables.find(fault->name);
    HandFault one{fault,        table != tables.end() ? table->second : faults::Value{},
                  std::nullopt, wall_of(fault->since),
                  {},           "run " + run,
                  std::nullopt, run};
    if (fault->until != faults::never) {
      one.ttl = fault->until - fault->since;
      one.until = wall_of(fault->until);
    }
    played.push_back(std::move(one));
  }
  const std::vector<HandFault> before = entry->played;
  std::uint64_t version = 0;
  {
    const std::lock_guard lock{mutex_};
    entry->played = played;
    version = ++entry->version;
  }
  changing.unlock();
  tell(*entry, version);
  const auto same = [&](const std::vector<HandFault>& some, const HandFault& one) -> const HandFault* {
    const auto found = std::find_if(some.begin(), some.end(), [&](const HandFault& other) {
      return other.run == run && other.fault->name == one.fault->name;
    });
    return found == some.end() ? nullptr : &*found;
  };
  for (const HandFault& one : played) {
    if (one.run != run) continue;
    const HandFault* const earlier = same(before, one);
    if (earlier == nullptr) tell_of("fault_on", proxy, one.by, said_of(one));
    // Extended. The steps of a ramp, which come ten times a second, are for the journal alone.
    if (earlier != nullptr && earlier->fault->until != one.fault->until)
      tell_of("fault_changed", proxy, one.by, said_of(one));
  }
  for (const HandFault& one : before)
    if (one.run == run && same(played, one) == nullptr)
      tell_of("fault_off", proxy, one.by, {{"fault", one.fault->name}, {"why", "timeline"}});
}

void Registry::tell_of_expired() {
  for (const ProxyView& proxy : list()) {
    std::vector<HandFault> expired;
    try {
      const auto [entry, changing] = hold(proxy.spec.name);
      const std::lock_guard lock{mutex_};
      const auto now = steady_clock::now();
      for (const HandFault& one : entry->faults)
        if (has_expired(one, now)) expired.push_back(one);
      std::erase_if(entry->faults, [&](const HandFault& one) { return has_expired(one, now); });
    } catch (const Refusal&) {  // it has gone meanwhile
    }
    for (const HandFault& one : expired)
      tell_of("fault_off", proxy.spec.name, one.by, {{"fault", one.fault->name}, {"why", "expired"}});
  }
}

void Registry::tell_of(std::string_view what, const std::string& proxy, const std::string& by, const Json& more) {
  Json data = Json::object();
  if (!proxy.empty()) data["proxy"] = proxy;
  data.update(more);
  data["by"] = by;
  events_.add(what, std::move(data));
}

std::optional<Halt> Registry::halted() const {
  const std::lock_guard lock{mutex_};
  return halt_;
}

std::optional<proxy::Counters> Registry::counters(const std::string& proxy) {
  at(proxy);
  try {
    return engine_.read(proxy);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

std::vector<proxy::LinkView> Registry::links(const std::string& proxy) {
  const auto [entry, changing] = hold(proxy);
  if (!entry->spec.enabled) return {};
  try {
    return engine_.links(proxy);
  } catch (const std::runtime_error& error) {
    throw Refusal{503, error.what()};
  }
}

bool Registry::end_link(const std::string& proxy, std::uint64_t link, faults::Ending how) {
  const auto [entry, changing] = hold(proxy);
  try {
    return entry->spec.enabled && engine_.end_link(proxy, link, how);
  } catch (const std::runtime_error& error) {
    throw Refusal{503, error.what()};
  }
}

void Registry::close(Duration grace) {
  const auto deadline = steady_clock::now() + grace;
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  std::vector<std::string> open;
  for (const ProxyView& one : list()) {
    try {
      const auto [entry, changing] = hold(one.spec.name);
      const std::lock_guard telling{entry->telling};
      const std::lock_guard lock{mutex_};
      if (std::exchange(entry->spec.enabled, false)) open.push_back(one.spec.name);
    } catch (const Refusal&) {  // it has gone meanwhile
    }
  }
  // Without a lock: whoever looks or heals meanwhile does not wait for it.
  for (const std::string& name : open)
    engine_.close(name, std::max<Duration>(deadline - steady_clock::now(), Duration::zero()));
}

std::shared_ptr<Registry::Entry> Registry::at(const std::string& proxy) const {
  const std::lock_guard lock{mutex_};
  if (const auto found = entries_.find(proxy); found != entries_.end() && !found->second->gone) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, entry] : entries_)
    if (!entry->gone) known.push_back(name);
  throw Refusal{404, missing("proxy", proxy, known)};
}

std::pair<std::shared_ptr<Registry::Entry>, Registry::Changing> Registry::hold(const std::string& proxy) const {
  auto entry = at(proxy);
  std::unique_lock changing{entry->changing};
  if (entry->gone) throw Refusal{404, missing("proxy", proxy, {})};
  return {std::move(entry), std::move(changing)};
}

// Under mutex_.
ProxyView Registry::view(const Entry& entry) const {
  return {entry.spec, entry.bound.value_or(entry.spec.listen), in_force(entry.faults), in_force(entry.played),
          entry.opening};
}

void Registry::judge(const proxy::Endpoint& upstream) const {
  if (!options_.upstreams.allows(upstream))
    throw Refusal{403, fmt::format("upstream {}: --allow-upstream does not allow it", upstream.text())};
}

void Registry::refuse_while_halted() const {
  if (const auto halt = halted(); halt) throw Refusal{423, fmt::format("halted by {}: {}", halt->by, halt->reason)};
}

// What is shown comes first: the workers take what they are told, if late.
void Registry::set_faults(Entry& entry, Changing changing, std::vector<HandFault> faults) {
  std::uint64_t version = 0;
  {
    const std::lock_guard lock{mutex_};
    entry.faults = std::move(faults);
    version = ++entry.version;
  }
  changing.unlock();
  tell(entry, version);
}

// The engine has this version, or a later one, when this returns. With thousands of links telling it takes a while, in
// which others' changes gather; they all go with the next telling.
void Registry::tell(Entry& entry, std::uint64_t version) {
  Told& told = entry.told;
  std::unique_lock lock{told.mutex};
  const std::uint64_t failures = told.failures;
  const auto has_failed = [&] { return told.failures != failures && told.unconfirmed >= version; };
  told.changed.wait(lock, [&] { return told.version >= version || has_failed() || !told.busy; });
  if (told.version < version && !has_failed()) {
    told.busy = true;
    lock.unlock();
    tell_all(entry);
    lock.lock();
  }
  if (told.version < version) throw Refusal{503, told.why};
}

void Registry::tell_all(Entry& entry) {
  std::uint64_t version = 0;
  std::string why;
  try {
    const std::lock_guard telling{entry.telling};
    faults::Plan plan;
    std::string name;
    bool open = false;
    {
      const std::lock_guard lock{mutex_};
      version = entry.version;
      open = !entry.gone && entry.spec.enabled;
      name = entry.spec.name;
      plan = plan_of(entry);
    }
    if (open) engine_.adopt(name, std::move(plan));
  } catch (const std::exception& error) {
    why = error.what();
  }
  Told& told = entry.told;
  const std::lock_guard news{told.mutex};
  told.busy = false;
  if (why.empty()) {
    told.version = std::max(told.version, version);
  } else {
    told.unconfirmed = version;
    told.why = std::move(why);
    ++told.failures;
  }
  told.changed.notify_all();
}

faults::Plan Registry::plan_of(const Entry& entry) const {
  faults::Plan plan{options_.seed, {}};
  for (const auto* some : {&entry.faults, &entry.played})
    for (const HandFault& one : *some) plan.faults.push_back(one.fault);
  return plan;
}

}  // namespace firedrill::control
