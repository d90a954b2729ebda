// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Primitives;

namespace FastLedger.Applications.Patterns;

/// <summary>Says which state root is to be trusted.</summary>
/// <param name="certificate">The certificate that a proof carries; empty for none.</param>
/// <returns>The root, or null when the certificate convinces nobody.</returns>
public delegate Hash256? StateAnchor(ReadOnlySpan<byte> certificate);
