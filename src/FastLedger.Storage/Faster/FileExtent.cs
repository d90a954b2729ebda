// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>A piece of a file and what its bytes must be.</summary>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Digest">The first 16 bytes of BLAKE3 over them.</param>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal readonly record struct FileExtent(long Offset, long Length, UInt128 Digest);
