// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>What became of a chain.</summary>
/// <param name="Code">Success, or the code of the command (or endorsement) that made the others fail.</param>
/// <param name="FirstNumber">Client command number of the first command, endorsements included.</param>
/// <param name="FirstSequence">Ledger sequence of the first command, endorsements included.</param>
/// <param name="LastSequence">Ledger sequence of the last command.</param>
/// <param name="Height">The block that executed it.</param>
/// <param name="TimestampNs">Time of that block, nanoseconds since the Unix epoch.</param>
/// <param name="Results">One result for each command, without those of endorsements.</param>
public sealed record ChainOutcome(
    ResultCode Code, ulong FirstNumber, ulong FirstSequence, ulong LastSequence, ulong Height, long TimestampNs, IReadOnlyList<CommandResult> Results)
{
    /// <summary>The value of a command's result.</summary>
    public UInt128 this[int place] => Results[place].Value;
}
