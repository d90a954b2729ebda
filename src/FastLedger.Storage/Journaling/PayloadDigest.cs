// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>
/// Recomputes the digest of a payload whose digest the appender gave, such as a batch's, which is taken over hashes of its commands.
/// Total: any bytes give some digest, and damaged ones a different one.
/// </summary>
/// <param name="header">The entry's header, already verified.</param>
/// <param name="payload">The payload, possibly damaged.</param>
public delegate Hash256 PayloadDigest(in JournalEntryHeader header, ReadOnlySpan<byte> payload);
