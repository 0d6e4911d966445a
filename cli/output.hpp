// The two standard streams: results go to one, complaints to the other.
#pragma once

#include <string>
#include <string_view>

#include "drills/report.hpp"
#include "faults/problems.hpp"

namespace firedrill::cli {

/// To standard output.
void print(std::string_view text);
/// False, and a complaint, when standard output did not take everything (a full disk); a reader that left is no
/// reason to complain.
bool flush();

/// "firedrill: …" on standard error.
void complain(std::string_view text);
/// One line per problem, each with its place.
void complain(const faults::Problems& problems);
/// In a handler: what is wrong, and that nothing was started; the exit code. What is no std::exception goes on.
int nothing_was_started();
/// What is not wrong, and yet worth a word.
void warn(const faults::Problems& warnings);

/// So that an hour's run does not end with a --junit file that cannot be written. Throws std::runtime_error.
void make_room_for_junit(const std::string& file);
/// False, and a complaint, when it cannot be written. Nothing to do without a file.
bool write_junit(const std::string& file, const drills::Report& report);
/// Replaces a file as a whole; what is no file (a pipe, a device) is written to. Throws std::runtime_error.
void write_file(const std::string& path, const std::string& content);

/// What report.json holds.
std::string json_text(const drills::Report& report);

}  // namespace firedrill::cli
