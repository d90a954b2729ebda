// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>What became of a chain.</summary>
/// <param name="FirstNumber">Client command number of the first command.</param>
/// <param name="FirstSequence">Ledger sequence of the first command.</param>
/// <param name="Height">The block that executed it.</param>
/// <param name="TimestampNs">Time of that block, nanoseconds since the Unix epoch.</param>
/// <param name="Results">One result for each command.</param>
public sealed record ChainOutcome(ulong FirstNumber, ulong FirstSequence, ulong Height, long TimestampNs, IReadOnlyList<CommandResult> Results)
{
    /// <summary>Success, or the code of the command that made the others fail.</summary>
    public ResultCode Code =>
        Results.Select(r => r.Code).FirstOrDefault(c => c is not (ResultCode.Ok or ResultCode.LinkedFailed), Results.Count == 0 ? ResultCode.Ok : Results[0].Code);

    /// <summary>The value of a command's result.</summary>
    public System.UInt128 this[int place] => Results[place].Value;
}
