// bash and zsh share how a line is read; fish has a rule for each word.
#include "cli/completion.hpp"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "cli/completion_scripts.hpp"
#include "faults/catalog.hpp"

namespace firedrill::cli {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string kinds() {
  std::vector<std::string> names;
  for (const faults::Kind* kind : faults::catalog) names.emplace_back(kind->name);
  return joined(names);
}

using Visit = std::function<void(const std::string& place, const CommandWords& command)>;

// `place`: "fault add".
void each(const CommandWords& command, const std::string& place, const Visit& visit) {
  visit(place, command);
  for (const CommandWords& below : command.commands)
    each(below, place.empty() ? below.name : place + " " + below.name, visit);
}

std::string about(const CommandWords& program) {
  std::string cases;
  each(program, "", [&](const std::string& place, const CommandWords& command) {
    std::vector<std::string> names, flags;
    for (const CommandWords& below : command.commands) names.push_back(below.name);
    for (const auto& flag : command.flags)
      flags.push_back(flag.value.empty() ? flag.name : flag.name + "=" + flag.value);
    cases += fmt::format("{}    '{}') names='{}' flags='{}' operands='{}' ;;", cases.empty() ? "" : "\n", place,
                         joined(names), joined(flags), joined(command.operands));
  });
  return cases;
}

std::string for_posix(const char* script, const CommandWords& program) {
  const std::string both = replaced(replaced(shared_script, "@ABOUT@", about(program)), "@KINDS@", kinds());
  return replaced(script, "@SHARED@", both);
}

std::string quoted_for_fish(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// What fish offers for an operand or a value; "" for nothing.
std::string offer(const std::string& what) {
  if (what == "FILE" || what == "DIR" || what == "JOURNAL") return " -F";
  if (what == "PROXY") return " -a '(__firedrill_proxies)'";
  if (what == "FAULT") return " -a '(__firedrill_faults)'";
  if (what == "RUN") return " -a '(__firedrill_runs)'";
  if (what == "DRILL") return " -F -a '(__firedrill_drills)'";
  if (what == "KIND") return fmt::format(" -a '{}'", kinds());
  if (what == "SHELL") return " -a 'bash zsh fish'";
  return what == "FORMAT" ? " -a 'markdown json junit'" : "";
}

std::string rules_of(const std::string& place, const CommandWords& command) {
  const auto rule = [&](const std::string& operands, const std::string& rest) {
    const std::string number = operands.empty() ? "" : " " + operands;
    return fmt::format("complete -c firedrill -n '__firedrill_at \"{}\"{}'{}\n", place, number, rest);
  };
  std::string rules;
  for (const CommandWords& below : command.commands)
    rules += rule("0", fmt::format(" -a {} -d {}", below.name, quoted_for_fish(below.summary)));
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    const bool more = command.operands[i].ends_with('+');
    const std::string what = command.operands[i].substr(0, command.operands[i].size() - (more ? 1 : 0));
    if (const std::string words = offer(what); !words.empty())
      rules += rule(fmt::format("{}{}", i, more ? "+" : ""), words);
  }
  for (const auto& flag : command.flags) {
    const std::string words = flag.value.empty() ? "" : offer(flag.value);
    const std::string takes = flag.value.empty() ? "" : words == " -F" ? " -r" : " -x";
    rules += rule(place.empty() ? "0" : "",
                  fmt::format(" -l {}{}{} -d {}", flag.name.substr(2), takes, words, quoted_for_fish(flag.summary)));
  }
  return rules;
}

std::string for_fish(const CommandWords& program) {
  std::string rules;
  std::set<std::string> valued;
  each(program, "", [&](const std::string& place, const CommandWords& command) {
    rules += rules_of(place, command);
    for (const auto& flag : command.flags)
      if (!flag.value.empty()) valued.insert(flag.name);
  });
  return replaced(replaced(fish_script, "@VALUED@", joined({valued.begin(), valued.end()})), "@RULES@", rules);
}

}  // namespace

std::optional<std::string> completion_script(const std::string& shell, const CommandWords& program) {
  if (shell == "bash") return for_posix(bash_script, program);
  if (shell == "zsh") return for_posix(zsh_script, program);
  if (shell == "fish") return for_fish(program);
  return std::nullopt;
}

}  // namespace firedrill::cli
