// Figures and names as the Markdown report writes them, and those of its sections that have files of their own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drills/report.hpp"

namespace firedrill::drills {

inline constexpr std::string_view not_measured = "not measured";

std::string grouped(std::uint64_t n);          // "12,600"
std::string grouped(const MaybeCount& n);      // or "not measured"
std::string show_ms(const MaybeNumber& ms);    // "4.2 ms", "182 ms", "2.01 s"
std::string show_s(const MaybeNumber& s);      // "10.0 s"
std::string show_ratio(const MaybeNumber& r);  // "31.2%"

/// Safe within a line or table cell of Markdown.
std::string safe(std::string_view text);
/// As code: `text`, whatever it holds. Not for table cells.
std::string code(std::string_view text);
/// As a shell takes it.
std::string quoted(const std::string& word);
/// The command that a run was wrapped around: "pytest -q", and "exited with 1".
std::string command_line(const CommandReport& command);
std::string command_end(const CommandReport& command);
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");
/// "| a | b |\n"; cells are Markdown already.
std::string row(const std::vector<std::string>& cells);
/// The heading row and its rule.
std::string heading(const std::vector<std::string>& cells);

/// The run as a text picture: faults as bars, errors and pools as sparklines. Empty when nothing can be drawn.
std::string picture(const Report& report);
/// What happened, in at most three sentences.
std::string story(const Report& report);
/// Sections "Faults: asked and achieved", "Pools" and "Fidelity".
std::string faults_section(const Report& report);
std::string pools_section(const Report& report);
std::string fidelity_section(const Report& report);

/// "`users` reused connections: …"; empty where each request had one of its own, or that is not on record.
std::string reuse_of(const LoadReport& load);
/// Loads that other programs made. Empty when there are none.
std::string tools_section(const Report& report);

}  // namespace firedrill::drills
