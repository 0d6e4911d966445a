// What only several fields together make wrong: addresses and the type of their cluster, domains, filters and their
// order, names of clusters; and patterns of RE2. As Envoy 1.33 checks them when it reads a bootstrap.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>

#include "lint/envoy.hpp"
#include "lint/envoy_fields.hpp"
#include "lint/envoy_values.hpp"
#include "lint/ground_rules.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::envoy {
namespace {

template <typename Visit>
void each_item(const Yaml* list, const Visit& visit) {
  if (list == nullptr) return;
  for (const Yaml& item : list->items) visit(item);
}

bool is_ip(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string host{text.substr(0, text.find('%'))};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// Of a file that is still to be filled in, nobody can say what it will hold.
bool is_template(std::string_view text) { return text.find_first_of("${<") != std::string_view::npos; }

// What RE2 lacks and PCRE has, beside what both refuse.
std::string re2_mistake(std::string_view text) {
  if (text.find("\\Q") != std::string_view::npos) return "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest[0] == '\\') {
      const auto digit = [&](std::size_t at) {
        return rest.size() > at && std::isdigit(static_cast<unsigned char>(rest[at])) != 0;
      };
      if (digit(1) && rest[1] != '0' && !digit(2)) return "RE2 has no back references";
      ++i;
    } else if (rest[0] == '[') {
      std::size_t end = i + 1;
      if (end < text.size() && text[end] == '^') ++end;
      if (end < text.size() && text[end] == ']') ++end;
      while (end < text.size() && text[end] != ']') end += text[end] == '\\' ? 2 : text.substr(end, 2) == "[:" ? 2 : 1;
      i = end;
    } else {
      for (const std::string_view group : {"(?=", "(?!", "(?<=", "(?<!", "(?>"})
        if (rest.starts_with(group)) return fmt::format("RE2 has no {}…)", group);
    }
  }
  return std::string{regex_mistake(text)};
}

class Consistency {
 public:
  Consistency(const Yaml& root, const Config& config, Findings& findings)
      : root_{root}, config_{config}, findings_{findings} {
    for (const Cluster& cluster : config.clusters) names_.insert(cluster.name);
  }

  void check() {
    if (const Yaml* admin = root_.find("admin")) bound(admin->find("address"));
    each_item(root_.find("static_resources", "listeners"), [&](const Yaml& listener) {
      bound(listener.find("address"));
      each_item(listener.find("additional_addresses"), [&](const Yaml& one) { bound(one.find("address")); });
    });
    for (const Cluster& cluster : config_.clusters) hosts(cluster);
    each(root_, [&](const Yaml& yaml) {
      if (findings_.full()) return;
      if (const Yaml* pattern = yaml.find("safe_regex", "regex"))
        if (const std::string what = re2_mistake(pattern->text); !what.empty())
          findings_.add(refused, pattern->spot, fmt::format("\"{}\" is no pattern: {}", pattern->text, what));
      if (is_of_type(yaml, "HttpConnectionManager")) manager(yaml);
      if (is_of_type(yaml, "TcpProxy")) proxy(yaml);
    });
  }

 private:
  // A socket is bound to an address; nothing resolves a name for it.
  void bound(const Yaml* address) {
    const Yaml* socket = address == nullptr ? nullptr : address->find("socket_address");
    const Yaml* ip = socket == nullptr ? nullptr : socket->find("address");
    if (ip != nullptr && !ip->text.empty() && socket->find("resolver_name") == nullptr && !is_ip(ip->text) &&
        !is_template(ip->text))
      findings_.add(refused, ip->spot, fmt::format("\"{}\" is no IP address", ip->text));
  }

  void hosts(const Cluster& cluster) {
    const std::string_view type = cluster.yaml->value("type");
    const bool fixed = (type.empty() || type == "STATIC" || type == "0") && !cluster.yaml->find("cluster_type");
    if (!fixed && type != "STRICT_DNS" && type != "LOGICAL_DNS") return;
    each_item(cluster.yaml->find("load_assignment", "endpoints"), [&](const Yaml& group) {
      each_item(group.find("lb_endpoints"), [&](const Yaml& one) {
        if (one.kind == Yaml::Kind::map && one.find("endpoint_name") == nullptr) host(one, fixed);
      });
    });
  }

  void host(const Yaml& one, bool fixed) {
    const Yaml* address = one.find("endpoint", "address");
    if (address == nullptr || address->kind == Yaml::Kind::null) {
      const Yaml* endpoint = one.find("endpoint");
      findings_.add(fixed ? refused : no_effect, endpoint == nullptr ? one.spot : endpoint->spot,
                    "this endpoint has no address");
      return;
    }
    const Yaml* socket = address->find("socket_address");
    const Yaml* name = socket == nullptr ? nullptr : socket->find("address");
    if (name == nullptr || name->text.empty() || socket->find("resolver_name") != nullptr || is_ip(name->text) ||
        is_template(name->text))
      return;
    const bool figures = name->text.find_first_not_of("0123456789.") == std::string::npos;
    if (fixed)
      findings_.add(refused, name->spot,
                    fmt::format("a STATIC cluster takes IP addresses, not \"{}\"{}", name->text,
                                figures ? "" : "; one of type STRICT_DNS resolves names"));
    else if (figures)
      findings_.add(no_effect, name->spot,
                    fmt::format("\"{}\" is no IP address, and no name that could be resolved: this endpoint never has "
                                "a host",
                                name->text));
  }

  void manager(const Yaml& yaml) {
    filters(yaml);
    const Yaml* routes = yaml.find("route_config");
    if (routes == nullptr) return;
    domains(*routes);
  }

  // It asks for the cluster with each connection only.
  void proxy(const Yaml& yaml) {
    if (discovers()) return;
    known(yaml.find("cluster"), ": each connection is closed at once");
    each_item(yaml.find("weighted_clusters", "clusters"), [&](const Yaml& target) {
      known(target.find("name"), ": the connections that are its share are closed at once");
    });
  }

  bool discovers() const {
    return root_.find("dynamic_resources") != nullptr || root_.find("static_resources") == nullptr;
  }
  void known(const Yaml* name, std::string_view then) {
    if (name != nullptr && !name->text.empty() && names_.count(name->text) == 0)
      findings_.add(no_effect, name->spot, fmt::format("there is no cluster \"{}\"{}", name->text, then));
  }

  void domains(const Yaml& routes) {
    std::set<std::string> seen;
    each_item(routes.find("virtual_hosts"), [&](const Yaml& host) {
      each_item(host.find("domains"), [&](const Yaml& domain) {
        std::string name = domain.text;
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!seen.insert(name).second)
          findings_.add(refused, domain.spot, fmt::format("the domain \"{}\" stands twice in this route_config", name));
      });
    });
  }

  static bool is_router(const Yaml& filter) {
    const Yaml* config = filter.find("typed_config");
    return config != nullptr ? is_of_type(*config, "router.v3.Router")
                             : filter.value("name") == "envoy.filters.http.router";
  }
  // Of Envoy itself: none of those ends a chain but the router.
  static bool is_in_the_middle(const Yaml& filter) {
    const Yaml* config = filter.find("typed_config");
    return config != nullptr && !is_router(filter) &&
           config->value("@type").starts_with("type.googleapis.com/envoy.extensions.filters.http.") &&
           config->value("@type").find("outer") == std::string_view::npos;
  }
  void filters(const Yaml& manager) {
    const Yaml* list = manager.find("http_filters");
    if (list == nullptr || list->items.empty()) {
      if (list == nullptr || list->kind != Yaml::Kind::scalar)
        findings_.add(no_effect, list == nullptr ? manager.spot : list->spot,
                      "without a router in http_filters no request reaches a cluster");
      return;
    }
    for (const Yaml& filter : list->items)
      if (is_router(filter) && &filter != &list->items.back())
        findings_.add(refused, filter.spot, "the router is the last one of http_filters: nothing stands behind it");
    if (is_in_the_middle(list->items.back()))
      findings_.add(refused, list->items.back().spot, "http_filters ends with the router, envoy.filters.http.router");
  }

  const Yaml& root_;
  const Config& config_;
  Findings& findings_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace

void check_consistency(const Yaml& root, const Config& config, Findings& findings) {
  Consistency{root, config, findings}.check();
}

}  // namespace firedrill::lint::envoy
