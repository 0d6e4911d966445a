// One function for each part of the page.
#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "cli/text.hpp"

namespace firedrill::cli {
namespace {

using drills::Outline;

std::string at(faults::Duration moment, std::string_view what) {
  return fmt::format("  {}  {}\n", right(show_length(moment), 9), what);
}

std::string heading(const Outline& outline) {
  const std::string seed = outline.seed ? fmt::format("seed {}", *outline.seed) : "a seed drawn for each run";
  return fmt::format("{}{}{}\ndry run: nothing was opened or started; it would take {}, with {}\n",
                     harmless(outline.drill), outline.title.empty() ? "" : "  ", harmless(outline.title),
                     show_length(outline.length), seed);
}

std::string timeline(const Outline& outline) {
  using What = Outline::Moment::What;
  std::string text = "\ntimeline\n";
  for (const Outline::Moment& moment : outline.timeline) {
    std::string what = harmless(moment.fault);
    switch (moment.what) {
      case What::rate:
        what = fmt::format("{}: {} requests per second until {}", harmless(moment.load), harmless(moment.text),
                           show_length(moment.until));
        break;
      case What::on:
        what += " on: " + harmless(moment.text);
        break;
      case What::ramp:
        what += fmt::format(" ramp until {}: {}", show_length(moment.until), harmless(moment.text));
        break;
      case What::off:
        what += moment.text.empty() ? " off" : fmt::format(" off ({})", moment.text);
        break;
    }
    text += at(moment.at, what);
  }
  return text + at(outline.length, "the run ends");
}

std::string loads(const Outline& outline) {
  std::string text = outline.loads.empty() ? "" : "\nloads\n";
  for (const Outline::Asking& one : outline.loads) text += harmless(fmt::format("  {}: {}", one.load, one.text)) + "\n";
  return text;
}

std::string blast_radius(const Outline& outline) {
  std::string text = "\nblast radius\n";
  for (const Outline::Reach& reach : outline.proxies) {
    text += harmless(fmt::format("  {}  {} to {}", reach.proxy, reach.listen, reach.upstream)) + "\n";
    for (const Outline::Effect& effect : reach.effects)
      text += harmless(fmt::format("    {} ({}), {}: {}", effect.fault, effect.kind, drills::show(effect.when),
                                   effect.links)) +
              "\n        " + harmless(effect.worst) + "\n";
    text += harmless("    worst case: " + reach.worst_case) + "\n";
  }
  return text;
}

std::string safety(const Outline& outline) {
  std::string text = fmt::format("\nsafety\n  whatever happens, all is healed by {} (max_duration)\n",
                                 show_length(outline.max_duration));
  for (const std::string& abort : outline.aborts) text += "  aborts on " + harmless(abort) + "\n";
  if (outline.aborts.empty()) text += "  no [abort]: nothing else ends it early but Ctrl-C\n";
  return text;
}

std::string looks(const std::vector<Outline::Look>& all) {
  std::string text;
  for (const Outline::Look& look : all) {
    std::string samples;
    if (look.samples) samples = fmt::format(", about {} samples", std::llround(*look.samples));
    text += fmt::format("  {}\n      {}, during {} ({}{})\n      expected  {}\n", harmless(look.check),
                        harmless(look.source), look.during, drills::show(look.when), samples, harmless(look.expected));
  }
  return text;
}

std::string checks(const Outline& outline) {
  std::string text = "\nchecks\n" + (outline.checks.empty() ? "  none: nothing is judged\n" : looks(outline.checks));
  if (!outline.signals.empty()) text += "\nsignals that mislead, by which nothing is judged\n" + looks(outline.signals);
  return text;
}

}  // namespace

std::string dry_run_text(const Outline& outline) {
  return heading(outline) + timeline(outline) + loads(outline) + blast_radius(outline) + safety(outline) +
         checks(outline);
}

}  // namespace firedrill::cli
