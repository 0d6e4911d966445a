// Questions that a command answers.
#include <sys/wait.h>

#include <string>

#include <fmt/format.h>

#include "drills/child.hpp"
#include "drills/question.hpp"
#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

constexpr std::size_t tail = 200;
constexpr std::size_t heard = 4096;  // of what a command says

std::string with(const std::string& text, const std::string& said) {
  const std::string end = printable_end(said);
  return end.empty() ? text : text + ": " + end;
}

}  // namespace

std::string printable_end(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (static_cast<unsigned char>(c) > 0x7f) c = '?';
  }
  const auto last = text.find_last_not_of(' ');
  if (last == std::string::npos) return {};
  text.erase(last + 1);
  if (text.size() > tail) text.erase(0, text.size() - tail);
  return text.substr(text.find_first_not_of(' '));
}

std::optional<Answer> ask(const CommandProbe& command, Duration timeout, int bell) {
  const Ran ran = run_child(command.argv, {}, timeout, bell, heard);
  if (ran.end == Ran::End::rung) return std::nullopt;
  if (ran.end == Ran::End::not_started) return Answer{false, ran.problem};
  if (ran.end == Ran::End::late) return Answer{false, with("not done within " + faults::show(timeout), ran.said)};
  if (WIFSIGNALED(ran.status))
    return Answer{false, with(fmt::format("killed by signal {}", WTERMSIG(ran.status)), ran.said)};
  if (WEXITSTATUS(ran.status) == command.exit_code) return Answer{true, {}};
  return Answer{false, with(fmt::format("exit code {}, not {}", WEXITSTATUS(ran.status), command.exit_code), ran.said)};
}

}  // namespace firedrill::drills
