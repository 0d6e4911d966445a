// Read all, then change.
#include "control/proxy_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

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
  faults::Problems problems;
  for (const std::string& path : paths_) {
    for (const std::string& file : files_of(path)) {
      try {
        for (Opening& one : is_json(file) ? read_json(file) : read_toml(file)) {
          if (named(all, one.proxy.name) == nullptr)
            all.push_back(std::move(one));
          else
            note(problems, file, fmt::format("proxy \"{}\": there is one of that name already", one.proxy.name));
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
  std::vector<std::string> created;
  std::vector<NewProxy> changed;
  try {
    for (const auto& [one, faults] : wanted) {
      const NewProxy* before = named(applied_, one.name);
      if (before == nullptr) {
        registry.create(one, faults);
        created.push_back(one.name);
      } else if (!same(*before, one)) {
        registry.change(one.name, to(one));
        changed.push_back(*before);
      }
    }
  } catch (const std::exception&) {
    for (const std::string& name : created) registry.remove(name);
    for (const NewProxy& before : changed) registry.change(before.name, to(before));
    throw;
  }
  for (const auto& [before, faults] : applied_) {
    if (named(wanted, before.name) != nullptr) continue;
    try {
      registry.remove(before.name);
    } catch (const Refusal&) {  // somebody has removed it by hand
    }
  }
  applied_ = wanted;
}

}  // namespace firedrill::control
