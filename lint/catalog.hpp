// Every rule, for pages, suppressions and documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/rule.hpp"

namespace firedrill::lint {

enum class Product : std::uint8_t { any, haproxy, nginx, envoy, budget };

struct Entry {
  Product product;
  const Rule* rule;
};

/// By product, in the order of their numbers.
const std::vector<Entry>& catalog();
/// Null when there is none of that id.
const Rule* rule_named(std::string_view id);

/// A rule's page, as `firedrill check --explain` prints it.
std::string page_of(const Rule& rule);
/// docs/checks.md.
std::string catalog_markdown();

}  // namespace firedrill::lint
