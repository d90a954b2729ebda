// SPDX-License-Identifier: Apache-2.0
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Running;

/// <summary>Commands that were answered.</summary>
/// <param name="FirstNumber">Client command number of the first.</param>
/// <param name="Commands">The commands.</param>
/// <param name="Results">Their results, one each.</param>
/// <param name="Height">The block that executed them.</param>
internal sealed record SentBatch(ulong FirstNumber, Command[] Commands, CommandResult[] Results, ulong Height);
