// Read as a check would read them.
#include "cli/proof.hpp"

#include <fmt/format.h>

#include "cli/disk_files.hpp"
#include "cli/output.hpp"
#include "cli/text.hpp"
#include "lint/sha256.hpp"

namespace firedrill::cli {

bool take_configurations(drills::Drill& drill, const std::vector<std::string>& files) {
  DiskFiles disk;
  for (const std::string& file : files) {
    std::string why;
    const auto text = disk.read(file, why);
    if (!text) {
      complain(harmless(fmt::format("{}: {}", file, why)));
      return false;
    }
    drill.configurations.push_back({file, lint::sha256(*text)});
  }
  return true;
}

}  // namespace firedrill::cli
