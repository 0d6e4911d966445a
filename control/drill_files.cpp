// Read each time: a file of some hundred lines takes a millisecond.
#include "control/drill_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "control/problem.hpp"
#include "faults/reader.hpp"

namespace firedrill::control {

namespace fs = std::filesystem;

namespace {

// Whether somebody meant it as one, also when it cannot be read.
bool is_drill(const std::string& path) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    if (line.find_first_not_of(" \t") != std::string::npos && line.find("[drill]") == line.find_first_not_of(" \t"))
      return true;
  return false;
}

}  // namespace

std::vector<std::string> files_of(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<std::string> files;
  fs::directory_iterator entries{path, error};
  if (error) throw std::system_error{error, path};
  for (const auto& entry : entries)
    if (entry.path().extension() == ".toml" || entry.path().extension() == ".json")
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<DrillFiles::Listed> DrillFiles::list() const {
  std::vector<Listed> all;
  for (const std::string& path : paths_) {
    for (const std::string& file : files_of(path)) {
      if (file.ends_with(".json") || !is_drill(file)) continue;
      Listed one{fs::path{file}.stem().string(), file, std::nullopt, {}};
      try {
        one.drill = drills::read_drill(file);
        one.name = one.drill->name;
      } catch (const faults::PlanError& error) {
        one.problems = error.problems;
      }
      all.push_back(std::move(one));
    }
  }
  return all;
}

drills::Drill DrillFiles::read(const std::string& name, const std::vector<drills::Override>& overrides) const {
  std::vector<std::string> known;
  for (const Listed& one : list()) {
    if (one.name == name) return drills::read_drill(one.file, overrides);
    known.push_back(one.name);
  }
  const std::string near = faults::nearest(name, known);
  throw Refusal{404, fmt::format("there is no drill \"{}\"{}", name,
                                 known.empty()  ? "; firedrill serve was given none"
                                 : near.empty() ? fmt::format("; there are: {}", fmt::join(known, ", "))
                                                : fmt::format("; did you mean \"{}\"?", near))};
}

}  // namespace firedrill::control
