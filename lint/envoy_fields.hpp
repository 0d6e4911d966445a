// Which fields the messages of Envoy's API have.
#pragma once

#include <string_view>

#include "lint/yaml.hpp"

namespace firedrill::lint::envoy {

/// Unknown fields, and fields that stand twice, of a bootstrap and of the messages in it that are known here; what lies
/// in other extensions is passed over.
void check_messages(const Yaml& bootstrap, Findings& findings);

/// Whether any of its fields is one of a bootstrap, or nearly, or it has none at all.
bool resembles_bootstrap(const Yaml& root);

/// Whether "@type" of a message ends with that name.
bool is_of_type(const Yaml& yaml, std::string_view type);

}  // namespace firedrill::lint::envoy
