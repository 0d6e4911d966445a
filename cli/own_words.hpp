// What HAProxy and nginx themselves say of a configuration: haproxy -c, nginx -t.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/check.hpp"

namespace firedrill::cli {

/// Why the program would not start with a file.
struct Refusal {
  std::string file;        // which may be one that was included
  std::uint32_t line = 0;  // 0: it did not say
  std::string text;
};

/// "HAProxy", "nginx"; empty: a format whose program cannot be asked.
std::string_view program_of(lint::Format format);

/// Runs the program of the format, which reads what the file names (certificates, say) and looks names up. Empty: it
/// takes the file. Throws std::runtime_error where it cannot be asked.
std::vector<Refusal> refusals_of(lint::Format format, const std::string& file);

}  // namespace firedrill::cli
