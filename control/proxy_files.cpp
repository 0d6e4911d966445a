// Read all, then change.
#include "control/proxy_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "control/drill_files.hpp"
#include "control/problem.hpp"
#include "drills/drill.hpp"

namespace firedrill::control {
namespace {

using Openings = std::vector<Opening>;

const NewProxy* named(const Openings& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Opening& one) { return one.proxy.name == name; });
  return found == all.end() ? nullptr : &found->proxy;
}

bool same(const NewProxy& a, const NewProxy& b) {
  return a.listen == b.listen && a.upstream == b.upstream && a.connect_timeout == b.connect_timeout;
}

// Open there, or at the same port of another address.
bool stands_at(const ProxyView& view, const proxy::Endpoint& place) {
  return view.spec.enabled &&
         (view.address == place || (!place.is_unix() && place.port != 0 && place.port == view.address.port));
}

ProxyChange to(const NewProxy& one) { return {one.listen, one.upstream, one.connect_timeout, std::nullopt}; }

// By what is in it: a list of objects is no TOML. A file that begins otherwise is read as a drill, which says what is
// wrong with it.
bool is_json(const std::string& path) {
  if (path.ends_with(".json")) return true;
  std::ifstream file{path};
  char first = 0, second = 0;
  return file >> first >> second && first == '[' && (second == '{' || second == ']');
}

void note(faults::Problems& problems, const std::string& file, const std::string& what) {
  problems.push_back({{std::make_shared<const std::string>(file), 0, 0}, what});
}

}  // namespace

std::vector<Opening> ProxyFiles::read_toml(const std::string& file) {
  Openings all;
  for (const drills::ProxyBlock& block : drills::read_drill(file, {}, drills::Purpose::proxies).proxies) {
    const auto* upstream = std::get_if<proxy::Endpoint>(&block.upstream);
    // One that leads to an embedded backend is opened when its drill is played, together with that.
    if (upstream != nullptr) all.push_back({{block.name, block.listen, *upstream, block.connect_timeout, true}, {}});
  }
  return all;
}

std::vector<Opening> ProxyFiles::read_json(const std::string& file) const {
  std::ifstream in{file};
  std::ostringstream text;
  if (!(text << in.rdbuf())) throw Refusal{400, fmt::format("cannot be read: {}", std::strerror(errno))};
  return read_toxiproxy_file(text.str(), options_);
}

std::vector<Opening> ProxyFiles::read() const {
  Openings all;
  std::map<std::string, std::string> places;
  faults::Problems problems;
  for (const std::string& path : paths_) {
    for (const std::string& file : files_of(path)) {
      try {
        for (Opening& one : is_json(file) ? read_json(file) : read_toml(file)) {
          const NewProxy* const known = named(all, one.proxy.name);
          std::string& place = places[one.proxy.name];
          if (known == nullptr) {
            place = file;
            all.push_back(std::move(one));
          } else if (place == file || !same(*known, one.proxy) || !one.faults.empty()) {
            note(problems, file,
                 fmt::format("proxy \"{}\": {} has another one of that name", one.proxy.name,
                             place == file ? "the file" : place));
          }
        }
      } catch (const faults::PlanError& error) {
        problems.insert(problems.end(), error.problems.begin(), error.problems.end());
      } catch (const Refusal& refusal) {
        note(problems, file, refusal.what());
      }
    }
  }
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
  return all;
}

void ProxyFiles::apply(Registry& registry) {
  const std::lock_guard one_at_a_time{reading_};
  const Openings wanted = read();
  const std::vector<ProxyView> present = registry.list();
  const auto there = [&](const std::string& name) -> const ProxyView* {
    const auto found = std::find_if(present.begin(), present.end(), [&](const auto& p) { return p.spec.name == name; });
    return found == present.end() ? nullptr : &*found;
  };
  std::vector<std::string> leaving;
  for (const auto& [before, faults] : applied_) {
    const ProxyView* const view = there(before.name);
    if (view == nullptr || named(wanted, before.name) != nullptr) continue;
    if (!view->played.empty())
      throw Refusal{409, fmt::format("proxy \"{}\" is no longer in the files, but run {} has faults on it", before.name,
                                     view->played.front().run)};
    leaving.push_back(before.name);
  }
  Openings fresh;
  std::vector<NewProxy> changed;
  for (const Opening& one : wanted) {
    const NewProxy* const before = named(applied_, one.proxy.name);
    if (before == nullptr || there(one.proxy.name) == nullptr)
      fresh.push_back(one);  // also one that was removed by hand
    else if (!same(*before, one.proxy))
      changed.push_back(one.proxy);
  }

  // What cannot be is found out before anything changes, but for a place that one of ours stands at and may leave.
  const auto is_ours = [&](const proxy::Endpoint& place) {
    return std::any_of(present.begin(), present.end(), [&](const ProxyView& view) { return stands_at(view, place); });
  };
  for (const auto& [one, faults] : fresh)
    if (one.enabled && !is_ours(one.listen)) registry.foresee(one);
  for (const NewProxy& one : changed) {
    ProxyChange change = to(one);
    if (is_ours(one.listen)) change.listen.reset();
    registry.foresee(one.name, change);
  }

  std::vector<std::function<void()>> undo;
  try {
    // Whoever stands where another is to listen, and is about to go or move, goes first.
    std::vector<proxy::Endpoint> places;
    for (const auto& [one, faults] : fresh) places.push_back(one.listen);
    for (const NewProxy& one : changed) places.push_back(one.listen);
    const auto make_room = [&](const std::string& name, const proxy::Endpoint& stays_at) {
      const ProxyView& view = *there(name);
      const bool in_the_way = view.address != stays_at && std::any_of(places.begin(), places.end(), [&](const auto& p) {
                                return stands_at(view, p);
                              });
      if (!in_the_way) return;
      registry.change(name, {{}, {}, {}, false});
      undo.emplace_back([&registry, name] { registry.change(name, {{}, {}, {}, true}); });
    };
    for (const std::string& name : leaving) make_room(name, {});
    for (const NewProxy& one : changed) make_room(one.name, one.listen);
    for (const auto& [one, faults] : fresh) {
      registry.create(one, faults);
      undo.emplace_back([&registry, name = one.name] { registry.remove(name); });
    }
    for (const NewProxy& one : changed) {
      const NewProxy& before = there(one.name)->spec;
      ProxyChange change = to(one);
      change.enabled = before.enabled;
      registry.change(one.name, change);
      undo.emplace_back([&registry, before] {
        ProxyChange back = to(before);
        back.enabled = false;  // until all have left the places that are not theirs
        registry.change(before.name, back);
      });
    }
  } catch (const std::exception&) {
    // A step back that fails must not keep the others from being taken.
    std::reverse(undo.begin(), undo.end());
    const auto attempt = [](const std::function<void()>& step) {
      try {
        step();
      } catch (const std::exception& error) {
        spdlog::error("taking back a reload: {}", error.what());
      }
    };
    for (const auto& step : undo) attempt(step);
    for (const NewProxy& one : changed)
      if (there(one.name)->spec.enabled) attempt([&] { registry.change(one.name, {{}, {}, {}, true}); });
    throw;
  }
  for (const std::string& name : leaving) {
    try {
      registry.remove(name);
    } catch (const Refusal& refusal) {
      if (refusal.status != 404) throw;  // removed by hand in between: well
    }
  }
  applied_ = wanted;
}

}  // namespace firedrill::control
