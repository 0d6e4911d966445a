// junit.xml: one test suite for the drill. A missed expectation about the system under test is a failure; whatever kept
// the drill from being carried out or measured is an error.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

enum class Verdict : std::uint8_t { good, failure, error, skipped };

struct Case {
  std::string group, name;
  Verdict verdict = Verdict::good;
  std::string type{}, message{}, detail{};
  MaybeNumber took_s = std::nullopt;
};

// The length of the character at the front of UTF-8 text that XML 1.0 does not allow; 0 when it does.
std::size_t forbidden(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.front());
  if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) return 1;
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 3 : 0;
}

// For texts and attributes alike.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (const std::size_t n = forbidden(text); n > 0) {
      text.remove_prefix(n);
      continue;
    }
    switch (const char c = text.front()) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
    text.remove_prefix(1);
  }
  return out;
}

// A suite that fails while something is broken on purpose is what a drill is there to find.
Case of(const CommandReport& command) {
  Case one{"run", "the command"};
  one.detail = command_line(command) + "\n";
  if (command.started_s && command.ended_s) one.took_s = *command.ended_s - *command.started_s;
  if (command.exit_code == 0 && !command.told) return one;
  const bool failed = command.ended_s && !command.told;
  one.verdict = failed ? Verdict::failure : Verdict::error;
  one.type = failed ? "exit-status" : !command.started_s ? "not-started" : "cut-short";
  one.message = "the command " + command_end(command);
  return one;
}

Case of(const CheckReport& check, bool predicted) {
  Case one{"checks", check.name};
  one.detail =
      fmt::format("during: {}\nsource: {}\nexpected: {}\nmeasured: {}\nsamples: {}\n", check.during, check.source,
                  check.expected, check.measured.empty() ? "not measured" : check.measured, check.samples);
  if (!check.last_failure.empty()) one.detail += "last failed probe: " + check.last_failure + "\n";
  if (check.passed == true) return one;
  if (predicted && !check.passed) {
    one.verdict = Verdict::skipped;
    one.message = check.reason;
    return one;
  }
  const bool judged = check.passed.has_value() && check.samples > 0;
  one.verdict = judged ? Verdict::failure : Verdict::error;
  one.type = judged ? "expectation" : !check.passed.has_value() ? "not-judged" : "no-samples";
  one.message = check.reason;
  if (one.message.empty())
    one.message = judged                      ? fmt::format("expected {}, measured {}", check.expected, check.measured)
                  : !check.passed.has_value() ? "the run ended before this check was judged"
                                              : "there was nothing to measure";
  return one;
}

Case of(const FaultReport& fault, const Report& report) {
  Case one{"faults", fmt::format("fault {} touched a connection", fault.name)};
  if (fault.touched()) return one;
  if (fault.unseen) {
    one.verdict = Verdict::skipped;
    one.message = "the kernel does the refusing: whom it met cannot be seen from here";
    return one;
  }
  if (report.predicted && report.result == "passed") {  // else it would have been the reason
    one.verdict = Verdict::skipped;
    one.message = "what is behind its proxy is not part of the drill: nothing is predicted of it";
    return one;
  }
  if (fault.in_force.empty() && report.result == "aborted") {
    one.verdict = Verdict::skipped;
    one.message = "the run was aborted before this fault came";
    return one;
  }
  one.verdict = Verdict::error;
  one.type = fault.links_affected ? "no-traffic" : "not-measured";
  std::string proxies;
  for (const std::string& proxy : fault.proxies) proxies += (proxies.empty() ? "" : ", ") + proxy;
  one.message = fault.links_affected ? fmt::format("it touched no connection on proxy {}", proxies)
                                     : "the journal does not say that it touched any connection";
  return one;
}

Case cleanup(const Report& report) {
  Case one{"run", "everything was cleaned up"};
  if (report.cleanup && report.cleanup->clean()) return one;
  one.verdict = Verdict::error;
  one.type = report.cleanup ? "cleanup" : "not-measured";
  one.message = report.cleanup ? fmt::format("{} faults in force, {} connections open, {} bytes held",
                                             report.cleanup->faults_in_force, report.cleanup->links_open,
                                             report.cleanup->bytes_held)
                               : "the journal holds no proof of clean-up";
  return one;
}

// A run that failed by its checks has said so there; one that did not pass never comes out all green.
Case run(const Report& report, bool red) {
  Case one{"run", "the run"};
  one.took_s = report.duration_s;
  for (const std::string& reason : report.reasons) one.message += (one.message.empty() ? "" : "; ") + reason;
  for (const std::string& why : report.missing) one.detail += "missing from the journal: " + why + "\n";
  if (report.result == "passed" || (report.result == "failed" && red)) {
    one.message.clear();
    return one;
  }
  one.verdict = report.result == "failed" ? Verdict::failure : Verdict::error;
  one.type = report.result;
  if (one.message.empty()) one.message = "the run " + report.result;
  return one;
}

std::string xml(const Case& one, const std::string& drill) {
  std::string text = fmt::format(R"(    <testcase classname="{}" name="{}")",
                                 escaped("firedrill." + drill + "." + one.group), escaped(one.name));
  if (one.took_s) text += fmt::format(R"( time="{:.3f}")", *one.took_s);
  text += ">\n";
  switch (one.verdict) {
    case Verdict::good:
      if (!one.detail.empty()) text += fmt::format("      <system-out>{}</system-out>\n", escaped(one.detail));
      break;
    case Verdict::skipped:
      text += fmt::format("      <skipped message=\"{}\"/>\n", escaped(one.message));
      break;
    case Verdict::failure:
    case Verdict::error: {
      const std::string_view tag = one.verdict == Verdict::failure ? "failure" : "error";
      text += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag, escaped(one.type),
                          escaped(one.message), escaped(one.detail));
    }
  }
  return text + "    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
}

}  // namespace

std::string to_junit(const Report& report) {
  std::vector<Case> cases;
  if (report.command) cases.push_back(of(*report.command));
  for (const CheckReport& check : report.checks) cases.push_back(of(check, report.predicted));
  for (const FaultReport& fault : report.faults) cases.push_back(of(fault, report));
  if (!report.predicted) cases.push_back(cleanup(report));
  const auto count = [&](Verdict verdict) {
    return std::count_if(cases.begin(), cases.end(), [&](const Case& one) { return one.verdict == verdict; });
  };
  cases.insert(cases.begin(), run(report, count(Verdict::failure) + count(Verdict::error) > 0));

  const std::string sums = fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", cases.size(),
                                       count(Verdict::failure), count(Verdict::error), count(Verdict::skipped));
  const std::string time = fmt::format(R"(time="{:.3f}")", report.duration_s.value_or(report.ends_at_s));
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"firedrill\" {} {}>\n  <testsuite name=\"{}\" {} {}", sums, time,
                      escaped(report.drill), sums, time);
  // The schema's timestamps know no fractions and no zones.
  if (report.started_utc.size() >= 19)
    text += fmt::format(" timestamp=\"{}\"", escaped(std::string_view{report.started_utc}.substr(0, 19)));
  if (!report.host.empty()) text += fmt::format(" hostname=\"{}\"", escaped(report.host));
  text += ">\n    <properties>\n";
  text += property("title", report.title) + property("owner", report.owner) + property("version", report.version) +
          property("seed", report.seed ? std::to_string(*report.seed) : "") + property("result", report.result) +
          property("exit_code", std::to_string(report.exit_code)) +
          property("predicted", report.predicted ? "true" : "");
  text += "    </properties>\n";
  for (const Case& one : cases) text += xml(one, report.drill);
  return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace firedrill::drills
