// report.md: the verdict first, then what happened, then the proof.
#include <fmt/format.h>

#include <algorithm>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

std::string verdict(const Report& report) {
  const std::string name = report.title.empty() ? report.drill : report.title;
  const auto headline = [&](std::string_view word) {
    const std::string said = report.predicted ? fmt::format("{} (predicted)", word) : std::string{word};
    return name.empty() ? fmt::format("# {}\n", said) : fmt::format("# {}: {}\n", said, safe(name));
  };
  if (report.result == "passed") return headline("✓ Passed");
  if (report.result == "failed") return headline("✗ Failed");
  return headline(report.result == "aborted" ? "■ Aborted" : "! Errored");
}

std::string preamble(const Report& report) {
  std::vector<std::string> facts;
  if (!report.drill.empty()) facts.push_back("Drill " + code(report.drill));
  if (!report.owner.empty()) facts.push_back("owner " + safe(report.owner));
  if (!report.started_utc.empty()) facts.push_back(safe(report.started_utc));
  if (report.duration_s) facts.push_back("took " + show_s(report.duration_s));
  if (report.seed) facts.push_back(fmt::format("seed {}", *report.seed));
  facts.push_back(fmt::format("exit code {}", report.exit_code));
  if (!report.version.empty()) facts.push_back("firedrill " + safe(report.version));
  if (!report.host.empty()) facts.push_back("on " + safe(report.host));
  std::string text = joined(facts, " · ") + "\n";
  if (report.predicted)
    text +=
        "\n> **This is a prediction.** Nothing was opened and nobody was asked: the drill was played in virtual time, "
        "on "
        "a machine that is never late. What cannot be predicted is said in the notes.\n";
  if (!report.reasons.empty()) text += "\n";
  for (const std::string& reason : report.reasons) text += "- " + safe(reason) + "\n";
  if (!report.complete) {
    std::vector<std::string> missing;
    for (const std::string& why : report.missing) missing.push_back(safe(why));
    text +=
        fmt::format("\n> **The journal is not complete:** {}. What it holds did happen; there may have been more.\n",
                    joined(missing, "; "));
  }
  return text;
}

std::string command_section(const Report& report) {
  if (!report.command) return "";
  const CommandReport& command = *report.command;
  std::string text = "\n## The command\n\n" + code(command_line(command)) + " " + safe(command_end(command)) + ".";
  if (command.started_s)
    text += command.ended_s ? fmt::format(" It ran from {} to {}.", show_s(command.started_s), show_s(command.ended_s))
                            : fmt::format(" It was started at {}.", show_s(command.started_s));
  return text + (report.no_faults ? " The drill's faults were left out (`--no-faults`).\n" : "\n");
}

std::string mark(const CheckReport& check) {
  if (!check.passed) return "not judged";
  return *check.passed ? "✓" : "✗";
}

std::string checks_section(const Report& report) {
  std::string text = "\n## Checks\n\n";
  if (report.checks.empty()) return text + "The drill has none.\n";
  text +=
      heading({"", "check", "during", "source", "expected", report.predicted ? "predicted" : "measured", "samples"});
  for (const CheckReport& check : report.checks) {
    const std::string measured =
        check.measured.empty() ? std::string{report.predicted ? "not predicted" : not_measured} : safe(check.measured);
    text += row({mark(check), safe(check.name), safe(check.during), safe(check.source), safe(check.expected), measured,
                 grouped(check.samples)});
  }
  std::string why;
  for (const CheckReport& check : report.checks) {
    if (!check.reason.empty()) why += fmt::format("- {}: {}\n", safe(check.name), safe(check.reason));
    if (!check.last_failure.empty())
      why += fmt::format("- {}: the last probe that failed said: {}\n", safe(check.name), safe(check.last_failure));
  }
  return why.empty() ? text : text + "\n" + why;
}

std::string signals_section(const Report& report) {
  if (report.signals.empty()) return "";
  std::string text =
      "\n## Signals that mislead\n\nNothing is judged by them. Whoever went by one that was seen was led astray.\n\n" +
      heading({"signal", "seen", "during", "source", "expected", "measured", "samples"});
  std::string why;
  for (const CheckReport& signal : report.signals) {
    const bool is_known = signal.passed && signal.samples > 0;
    text += row({safe(signal.name),
                 !is_known        ? std::string{not_measured}
                 : *signal.passed ? "yes"
                                  : "no",
                 safe(signal.during), safe(signal.source), safe(signal.expected),
                 signal.measured.empty() ? std::string{not_measured} : safe(signal.measured), grouped(signal.samples)});
    if (is_known && *signal.passed) why += fmt::format("- {}: {}\n", safe(signal.name), safe(signal.misleads));
  }
  return why.empty() ? text : text + "\n" + why;
}

std::string phase_table(const std::vector<PhaseReport>& phases) {
  std::string text = heading({"phase", "requests", "errors", "error ratio", "p50", "p99", "what went wrong"});
  for (const PhaseReport& phase : phases) {
    std::vector<std::string> kinds;
    for (const auto& [kind, n] : phase.requests.errors) kinds.push_back(safe(kind) + " " + grouped(n));
    const bool any = phase.requests.count > 0;
    text += row({safe(phase.name), grouped(phase.requests.count), any ? grouped(phase.requests.failed()) : "–",
                 any ? show_ratio(phase.error_ratio()) : "–", any ? show_ms(phase.quantile_ms(0.5)) : "–",
                 any ? show_ms(phase.quantile_ms(0.99)) : "–", joined(kinds)});
  }
  return text;
}

std::string phases_section(const Report& report) {
  std::string text = "\n## Phases\n\n";
  if (report.loads.empty()) return text + "The drill sent no load: requests were not measured.\n";
  const auto by_tool = [](const LoadReport& load) { return !load.command.empty(); };
  const auto own =
      report.loads.size() - static_cast<std::size_t>(std::count_if(report.loads.begin(), report.loads.end(), by_tool));
  if (own == 0) return text + "The drill sent no request by itself.\n" + tools_section(report);
  text += "By the moment each request was due to be sent; latency counts from there.\n\n" + phase_table(report.phases);
  for (const LoadReport& load : report.loads) {
    if (!load.stages.empty())
      text += fmt::format("\nRequests per second of {}: {}.\n", code(load.name), safe(joined(load.stages)));
    if (const std::string reuse = reuse_of(load); !reuse.empty()) text += "\n" + reuse + "\n";
  }
  if (own > 1)
    for (const LoadReport& load : report.loads)
      if (!by_tool(load)) text += fmt::format("\n### Load {}\n\n", code(load.name)) + phase_table(load.phases);
  return text + tools_section(report);
}

std::string prediction_section(const Report& report) {
  if (!report.prediction) return "";
  std::string text = fmt::format("\n## Predicted and measured\n\nBefore the run it was predicted to end as {}.\n\n",
                                 report.prediction->result.empty() ? "nobody knows" : safe(report.prediction->result));
  text += heading({"phase", "errors predicted", "measured", "p50 predicted", "measured", "p99 predicted", "measured"});
  for (const PhaseReport& phase : report.phases) {
    const auto foretold = std::find_if(report.prediction->phases.begin(), report.prediction->phases.end(),
                                       [&](const PredictedPhase& one) { return one.name == phase.name; });
    if (foretold == report.prediction->phases.end()) continue;
    const bool any = phase.requests.count > 0, was_any = foretold->requests > 0;
    const auto shown = [](bool there, std::string figure) { return there ? std::move(figure) : std::string{"–"}; };
    text += row({safe(phase.name), shown(was_any, show_ratio(foretold->error_ratio())),
                 shown(any, show_ratio(phase.error_ratio())), shown(was_any, show_ms(foretold->p50_ms)),
                 shown(any, show_ms(phase.quantile_ms(0.5))), shown(was_any, show_ms(foretold->p99_ms)),
                 shown(any, show_ms(phase.quantile_ms(0.99)))});
  }
  for (const std::string& what : report.prediction->left_out) text += fmt::format("\nNot predicted: {}\n", safe(what));
  return text;
}

std::string timeline_section(const Report& report) {
  const std::string drawing = picture(report);
  return drawing.empty() ? "" : "\n## Timeline\n\n```text\n" + drawing + "```\n";
}

std::string proxies_section(const Report& report) {
  if (report.proxies.empty()) return "";
  std::string text = "\n## Proxies\n\n" + heading({"proxy", "route", "connections", "bytes to upstream",
                                                   "bytes to clients", "undelivered", "how connections ended"});
  for (const ProxyReport& proxy : report.proxies) {
    const std::string route = proxy.listen.empty() ? "" : safe(proxy.listen) + " → " + safe(proxy.upstream);
    if (!proxy.measured) {
      text += row({safe(proxy.name), route, std::string{not_measured}, "", "", "", ""});
      continue;
    }
    std::vector<std::string> ended;
    for (const auto& [reason, n] : proxy.ended)
      if (n > 0) ended.push_back(safe(reason) + " " + grouped(n));
    text += row({safe(proxy.name), route, grouped(proxy.accepted), grouped(proxy.bytes_out[0]),
                 grouped(proxy.bytes_out[1]), grouped(proxy.undelivered), joined(ended)});
  }
  return text;
}

std::string cleanup_section(const Report& report) {
  if (report.predicted) return "";
  std::string text = "\n## Clean-up\n\n";
  if (report.cleanup)
    text +=
        fmt::format("{} When the run was over there were {} faults in force, {} connections open and {} bytes held.\n",
                    report.cleanup->clean() ? "✓" : "✗", grouped(report.cleanup->faults_in_force),
                    grouped(report.cleanup->links_open), grouped(report.cleanup->bytes_held));
  else
    text += "Not measured: the journal holds no proof of clean-up.\n";
  std::string log;
  for (const auto& abort : report.aborts) log += fmt::format("- {}: aborted: {}\n", show_s(abort.t), safe(abort.text));
  for (const auto& heal : report.heals) log += fmt::format("- {}: healed: {}\n", show_s(heal.t), safe(heal.text));
  return log.empty() ? text : text + "\n" + log;
}

std::string notes_section(const Report& report) {
  std::string text;
  for (const auto& note : report.notes) text += fmt::format("- {}: {}\n", show_s(note.t), safe(note.text));
  for (const auto& [event, n] : report.unknown)
    text += fmt::format("- {} line{} of an event this version does not know: {}\n", grouped(n), n == 1 ? "" : "s",
                        code(event));
  return text.empty() ? "" : "\n## Notes\n\n" + text;
}

// Longer than any run of backticks within.
std::string fenced(std::string_view text, std::string_view language) {
  std::size_t longest = 2, here = 0;
  for (const char c : text) longest = std::max(longest, here = c == '`' ? here + 1 : 0);
  const std::string fence(longest + 1, '`');
  return fmt::format("{}{}\n{}{}{}\n", fence, language, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string repeat_section(const Report& report) {
  std::string text = "\n## Reproducing\n\n";
  if (const std::string command = command_to_repeat(report); !command.empty()) text += fenced(command, "sh") + "\n";
  text += (report.predicted ? "The same file with the same seed and settings gives the same prediction."
                            : not_reproducible()) +
          "\n";
  if (report.decisions) {
    std::vector<std::string> counts;
    for (const auto& [fault, n] : report.decisions->counts)
      counts.push_back(fmt::format("{} {}", safe(fault), grouped(n)));
    text += fmt::format("\nSeeded decisions: digest {}{}{}.\n", code(report.decisions->digest),
                        counts.empty() ? "" : "; ", joined(counts));
  } else {
    text += "\nSeeded decisions: not measured.\n";
  }
  const auto word_for_word = [&](const std::string& what, const std::string& toml) {
    text += fmt::format("\n<details>\n<summary>{}, word for word</summary>\n\n{}\n</details>\n", what,
                        fenced(toml, "toml"));
  };
  if (!report.text.empty()) word_for_word("The drill", report.text);
  for (const SourceFile& one : report.included) word_for_word("Included: " + safe(one.file), one.text);
  return text;
}

}  // namespace

std::string to_markdown(const Report& report) {
  std::string text = verdict(report) + "\n" + preamble(report);
  text += "\n## What happened\n\n" + story(report) + "\n";
  text += command_section(report) + checks_section(report) + signals_section(report) + phases_section(report) +
          prediction_section(report) + timeline_section(report) + faults_section(report) + pools_section(report) +
          proxies_section(report) + fidelity_section(report) + cleanup_section(report) + notes_section(report) +
          repeat_section(report);
  return text;
}

}  // namespace firedrill::drills
