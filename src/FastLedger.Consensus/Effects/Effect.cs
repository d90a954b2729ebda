// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Consensus.Effects;

/// <summary>One thing to do. Effects are carried out in order.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Targets">Node mask of the receivers.</param>
/// <param name="Number">Height, epoch, validator index or reason, as <see cref="EffectKind"/> tells.</param>
/// <param name="Id">Block id of a commit.</param>
/// <param name="Offset">Where the bytes start in the buffer of effects.</param>
/// <param name="Length">How many bytes belong to the effect.</param>
public readonly record struct Effect(EffectKind Kind, UInt128 Targets, ulong Number, Hash256 Id, int Offset, int Length);
