// The way in: files of load balancers and what is declared of the layers, checked one by one and against each other.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint {

enum class Format : std::uint8_t { haproxy, nginx, envoy, capacity };
/// "HAProxy", "nginx", "Envoy", "capacities".
std::string_view name_of(Format format);

/// What a file is, by its name and its first lines; nothing when it is neither, a drill for example.
std::optional<Format> format_of(const std::string& path, std::string_view text);

struct Subject {
  Format format;
  const Source* source;
  std::optional<std::string> running{};  // of HAProxy: "show info" and "show stat" of the one to compare with
  std::string directory{};               // of HAProxy, whose files are one configuration; empty: a file by itself
  std::vector<const Source*> further{};  // of them, those behind the first
  const std::string& name() const { return directory.empty() ? source->name() : directory; }
};

/// How a subject and what it includes came off.
struct Summary {
  std::string what;  // "HAProxy, 2 frontends, 1 backend, 3 servers"
  std::size_t errors = 0, warnings = 0, infos = 0;
};

struct Outcome {
  std::vector<Finding> findings;   // in the order of the files, by line
  std::vector<Summary> summaries;  // one per subject
  bool unreadable = false;         // a file could not be read or understood
};

/// `environment` is asked for the variables that configurations mention.
Outcome check(const std::vector<Subject>& subjects, Sources& sources,
              const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace firedrill::lint
