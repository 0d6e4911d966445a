// Reading tables of Markdown, and clients.
#include "documented.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "places.hpp"

namespace firedrill::tests {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream parts{line.substr(1)};
  for (std::string cell; std::getline(parts, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  return cells;
}

// What stands between backticks.
std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> found;
  std::istringstream parts{cell};
  std::string part;
  for (bool inside = false; std::getline(parts, part, '`'); inside = !inside)
    if (inside) found.push_back(part);
  return found;
}

std::string plain(std::string cell) {
  std::erase(cell, '`');
  return cell;
}

}  // namespace

std::string Documented::word_for(Speaker speaker, const Exited& client) const {
  std::string found;
  for (const auto& [word, by_speaker] : phrases) {
    bool said = false;
    for (const std::string& phrase : by_speaker[static_cast<std::size_t>(speaker)])
      said = said || client.output.find(phrase) != std::string::npos;
    if (said) found += (found.empty() ? "" : " and ") + word;
  }
  if (client.code < 0) return "does not end";
  if (found.empty()) return "says what no word is for: " + client.output;
  if ((client.code == 0) != (found == "completes")) return found + " with exit code " + std::to_string(client.code);
  return found;
}

Documented read_documentation() {
  Documented documented;
  std::ifstream file{FIREDRILL_SOURCE_DIR "/docs/faults.md"};
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) inside = line == "## What a client meets";
    if (!inside || !line.starts_with("| ") || line.starts_with("| word |") || line.starts_with("| fault |")) continue;
    const auto cells = cells_of(line);
    if (cells.size() == 5) {
      documented.phrases[cells[0]] = {quoted(cells[2]), quoted(cells[3]), quoted(cells[4])};
    } else if (cells.size() == 7) {
      documented.meetings.push_back(
          {plain(cells[0]), plain(cells[1]), {cells[2], cells[3], cells[4], cells[5]}, plain(cells[6])});
    } else {
      ADD_FAILURE() << "neither a word nor a meeting: " << line;
    }
  }
  return documented;
}

}  // namespace firedrill::tests
