// The rules in words: one page each, and all of them as docs/checks.md.
#include <fmt/format.h>

#include "lint/catalog.hpp"

namespace firedrill::lint {
namespace {

std::string_view heading(Product product) {
  switch (product) {
    case Product::haproxy:
      return "HAProxy";
    case Product::nginx:
      return "nginx";
    case Product::envoy:
      return "Envoy";
    case Product::budget:
      return "Between the layers";
    case Product::any:
      break;
  }
  return "Any file";
}

std::string indented(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    all += "    " + std::string{text.substr(0, end)} + "\n";
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return all;
}

// At blanks, to lines of up to `width` characters.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string all, line;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      all += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string{word};
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return all + line + "\n";
}

bool has_folder(const Rule& rule) { return rule.drill.find('/') != std::string_view::npos; }

// Seen from docs/.
std::string drill_page(const Rule& rule) {
  if (has_folder(rule)) return fmt::format("../drills/{}/README.md", rule.drill.substr(0, rule.drill.find('/')));
  return fmt::format("drills/{}.md", rule.drill);
}

}  // namespace

std::string drill_file(const Rule& rule) {
  return fmt::format("drills/{}{}.toml", has_folder(rule) ? "" : "library/", rule.drill);
}

std::string page_of(const Rule& rule) {
  std::string page = fmt::format("{}  {}  {}\n\n", rule.id, name_of(rule.severity), rule.title);
  page += "Found when:\n" + wrapped(rule.when, 100);
  page += "\nWhy it hurts:\n" + wrapped(rule.why, 100);
  page += "\nInstead:\n" + wrapped(rule.fix, 100);
  if (!rule.capacity.empty()) page += "\nWith a capacity.toml such as\n\n" + indented(rule.capacity);
  if (!rule.running.empty()) page += "\nBeside a running HAProxy that says\n\n" + indented(rule.running);
  if (!rule.bad.empty()) page += "\nFound in\n\n" + indented(rule.bad) + "\nand not in\n\n" + indented(rule.good);
  if (!rule.good_capacity.empty()) page += "\nwith\n\n" + indented(rule.good_capacity);
  if (rule.drill.empty()) return page;
  const std::string folder{rule.drill.substr(0, rule.drill.find('/'))};
  page += fmt::format("\nSee it happen{}:\n\n    firedrill run {}\n",
                      has_folder(rule) ? fmt::format(", beside what drills/{}/README.md starts", folder) : "",
                      drill_file(rule));
  return page;
}

std::string catalog_markdown() {
  std::string text =
      "# Checks of load balancer configurations\n\n"
      "Made from the rules themselves; a test compares. `firedrill check --explain ID` prints one of them. What they "
      "know of the products is\n"
      "what HAProxy 2.6.12 and nginx 1.22.1 of Debian 12 do, and what the documentation of Envoy 1.33 says.\n";
  for (const Product product : {Product::any, Product::haproxy, Product::nginx, Product::envoy, Product::budget}) {
    bool any = false;
    for (const Entry& entry : catalog()) {
      if (entry.product != product) continue;
      const Rule& rule = *entry.rule;
      if (!any) text += fmt::format("\n## {}\n", heading(product));
      any = true;
      text += fmt::format("\n### {}: {}\n\n", rule.id, rule.title);
      text += wrapped(fmt::format("**{}.** {}", name_of(rule.severity), rule.when), 120);
      text += "\n" + wrapped(rule.why, 120);
      text += "\n" + wrapped(fmt::format("Instead: {}", rule.fix), 120);
      if (!rule.drill.empty())
        text += fmt::format("\nThe drill that shows it: [{}]({}).\n", rule.drill, drill_page(rule));
      if (!rule.capacity.empty()) text += "\nWith this `capacity.toml`\n\n" + indented(rule.capacity);
      if (!rule.running.empty()) text += "\nBeside a running HAProxy that says\n\n" + indented(rule.running);
      text += "\nFound in\n\n" + indented(rule.bad) + "\nand not in\n\n" + indented(rule.good);
      if (!rule.good_capacity.empty()) text += "\nwith\n\n" + indented(rule.good_capacity);
    }
  }
  return text;
}

}  // namespace firedrill::lint
