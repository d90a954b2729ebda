// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Primitives.Tests;

public sealed class CommandLayoutTests
{
    public static IEnumerable<object[]> WireStructs() =>
        typeof(Command).Assembly.GetTypes()
            .Where(t => t.IsValueType && !t.IsEnum && t.Namespace == typeof(Command).Namespace && t.StructLayoutAttribute!.Value == LayoutKind.Explicit)
            .Select(t => new object[] { t });

    [Theory]
    [MemberData(nameof(WireStructs))]
    public void A_wire_struct_has_its_declared_size_and_no_gap_or_overlap(Type type)
    {
        int size = type.StructLayoutAttribute!.Size;
        Assert.Equal(size, SizeOf(type));
        var covered = new bool[size];
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            int offset = field.GetCustomAttribute<FieldOffsetAttribute>()!.Value;
            int length = SizeOf(field.FieldType);
            Assert.True(offset % Math.Min(length, 16) == 0, $"{type.Name}.{field.Name} is not aligned");
            for (int i = offset; i < offset + length; i++)
            {
                Assert.False(covered[i], $"{type.Name}.{field.Name} overlaps another field at {i}");
                covered[i] = true;
            }
        }

        if (type == typeof(Command)) return; // its tail belongs to the opcode
        Assert.DoesNotContain(false, covered);
    }

    [Fact]
    public void Every_command_struct_starts_with_the_common_fields()
    {
        Type[] commands = [.. typeof(Command).Assembly.GetTypes().Where(t => typeof(ICommand).IsAssignableFrom(t) && t.IsValueType)];
        Assert.NotEmpty(commands);
        foreach (Type type in commands)
        {
            Assert.Equal(Command.Size, SizeOf(type));
            foreach (string name in new[] { nameof(Command.Opcode), nameof(Command.Flags), nameof(Command.Code), nameof(Command.Number) })
            {
                FieldInfo common = typeof(Command).GetField(name)!, own = type.GetField(name)!;
                Assert.Equal(common.FieldType, own.FieldType);
                Assert.Equal(common.GetCustomAttribute<FieldOffsetAttribute>()!.Value, own.GetCustomAttribute<FieldOffsetAttribute>()!.Value);
            }
        }
    }

    [Fact]
    public void Result_codes_keep_to_their_ranges_and_are_unique()
    {
        ResultCode[] codes = Enum.GetValues<ResultCode>();
        Assert.Equal(codes.Length, codes.Distinct().Count());
        Assert.All(codes, code => Assert.True(code == ResultCode.Ok || (uint)code is >= 1001 and < 10_000));
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
