// Names that may differ in a drill can be the same in an environment.
#include "drills/proxy_variables.hpp"

#include <cctype>
#include <map>

#include <fmt/format.h>

#include "drills/reading.hpp"

namespace firedrill::drills {
namespace {

constexpr std::string_view host_suffix = "_HOST", port_suffix = "_PORT";

}  // namespace

std::string variable_name(std::string_view proxy) {
  std::string name = "FIREDRILL_PROXY_";
  for (const char c : proxy) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return name;
}

EnvironmentVariables proxy_variables(const Drill& drill, const std::vector<std::string>& addresses) {
  EnvironmentVariables all;
  for (std::size_t i = 0; i < drill.proxies.size(); ++i) {
    const std::string name = variable_name(drill.proxies[i].name);
    all.emplace_back(name, addresses[i]);
    const auto address = proxy::Endpoint::parse(addresses[i]);
    if (!address || address->is_unix()) continue;
    all.emplace_back(name + std::string{host_suffix}, address->host);
    all.emplace_back(name + std::string{port_suffix}, std::to_string(address->port));
  }
  return all;
}

// "api-1" and "api_1" are two proxies and one variable; so are the host of "api" and the address of "api-host".
void judge_variables(const Value& tree, Reading& reading) {
  const Value* blocks = tree.find("proxy");
  if (blocks == nullptr || blocks->list() == nullptr) return;
  struct Owner {
    const std::string* proxy;
    const Value* name;
  };
  std::map<std::string, Owner> owners;
  for (std::size_t i = 0; i < reading.drill.proxies.size() && i < blocks->list()->size(); ++i) {
    const std::string& proxy = reading.drill.proxies[i].name;
    const Value* name = (*blocks->list())[i].find("name");
    if (proxy.empty() || name == nullptr) continue;
    for (const std::string_view suffix : {std::string_view{}, host_suffix, port_suffix}) {
      const std::string variable = variable_name(proxy) + std::string{suffix};
      const auto [first, fresh] = owners.emplace(variable, Owner{&proxy, name});
      if (fresh || *first->second.proxy == proxy) continue;  // the same name twice is another problem
      reading.problems.push_back(
          {name->place,
           fmt::format("proxy \"{}\": name = {}: {} would stand for proxy \"{}\" at {} too; rename one", proxy,
                       name->shown(), variable, *first->second.proxy, first->second.name->place.text())});
      break;
    }
  }
}

}  // namespace firedrill::drills
