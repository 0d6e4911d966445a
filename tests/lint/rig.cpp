// Patterns are matched as the disk would match them.
#include "tests/lint/rig.hpp"

#include <fnmatch.h>

#include <fmt/format.h>

#include <memory>
#include <set>

namespace firedrill::tests {

std::optional<std::string> Texts::read(const std::string& path, std::string& why) {
  const auto it = files_.find(path);
  if (it != files_.end()) return it->second;
  why = "No such file or directory";
  return std::nullopt;
}

std::vector<std::string> Texts::matches(const std::string& pattern) {
  std::vector<std::string> paths;
  for (const auto& [path, text] : files_)
    if (::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) paths.push_back(path);
  return paths;
}

bool Checked::has(std::string_view id) const { return !told(id).empty(); }

std::string Checked::told(std::string_view id) const {
  for (const lint::Finding& finding : outcome.findings)
    if (finding.rule->id == id)
      return fmt::format("{}:{}:{}: {}", finding.spot.source->name(), finding.spot.line, finding.spot.character(),
                         finding.message);
  return "";
}

std::string Checked::ids() const {
  std::set<std::string_view> all;
  for (const lint::Finding& finding : outcome.findings) all.insert(finding.rule->id);
  std::string text;
  for (const std::string_view id : all) text += (text.empty() ? "" : " ") + std::string{id};
  return text;
}

std::unique_ptr<Checked> check_files(const std::vector<std::string>& names, std::map<std::string, std::string> files,
                                     const Variables& environment, std::string_view running) {
  auto checked = std::make_unique<Checked>(std::move(files));
  std::vector<lint::Subject> subjects;
  for (const std::string& name : names) {
    std::string why;
    const lint::Source* source = checked->sources.open(name, why);
    if (source == nullptr) throw std::runtime_error{name + ": " + why};
    const auto format = lint::format_of(name, source->text());
    if (!format) throw std::runtime_error{name + ": is nothing that can be checked"};
    subjects.push_back({*format, source});
    if (*format == lint::Format::haproxy && !running.empty()) subjects.back().running = running;
  }
  checked->outcome = lint::check(subjects, checked->sources, [&](const std::string& variable) {
    const auto it = environment.find(variable);
    return it == environment.end() ? std::nullopt : std::optional{it->second};
  });
  return checked;
}

std::unique_ptr<Checked> check_text(const std::string& name, const std::string& text, const std::string& capacity,
                                    const Variables& environment) {
  if (capacity.empty()) return check_files({name}, {{name, text}}, environment);
  return check_files({name, "capacity.toml"}, {{name, text}, {"capacity.toml", capacity}}, environment);
}

}  // namespace firedrill::tests
