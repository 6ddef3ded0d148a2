#pragma once

// The steps that only touch files. Links that were planted in our folders are never followed.

#include "run/step.h"

namespace agentops::run {

/// Fills in a secret. A key file's last line is ended, as ssh wants it.
Status put_secret(File& file, const SecretPlace& place, const std::string& value);

/// Codes: unit.foreign-file, file.symlink, file.unwritable. Writes nothing when a foreign file is
/// there.
Status write_files(const WriteFiles& step);
Status copy_file(const CopyFile& step);
/// Null when there is no such file. Codes: file.damaged, file.unreadable, file.too-large.
Result<Json> read_json(const ReadJson& step);

}  // namespace agentops::run
