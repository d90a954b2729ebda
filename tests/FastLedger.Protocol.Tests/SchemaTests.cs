// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using FastLedger.Primitives;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Framing;
using FastLedger.Protocol.Messages;
using FastLedger.Protocol.Peers;
using FastLedger.Protocol.StateSync;

namespace FastLedger.Protocol.Tests;

/// <summary>The schema file is the source of truth: every C# struct and enum of the wire is compared with it, field by field.</summary>
public sealed class SchemaTests
{
    private static readonly XElement Root = Load();
    private static readonly Dictionary<string, XElement> Types =
        Root.Element("types")!.Elements().ToDictionary(e => (string)e.Attribute("name")!);

    private static readonly Dictionary<string, Type> GroupEntries = new()
    {
        ["commands"] = typeof(Command),
        ["results"] = typeof(CommandResult),
        ["events"] = typeof(OrderEvent),
        ["entries"] = typeof(HistoryEntry),
        ["bids"] = typeof(DepthLevel),
        ["asks"] = typeof(DepthLevel),
        ["members"] = typeof(PolicyMember),
        ["approvals"] = typeof(ProposalApproval),
        ["ledgerEvents"] = typeof(LedgerEvent),
        ["shares"] = typeof(SplitShare),
        ["pieces"] = typeof(ProofPiece),
        ["tableRoots"] = typeof(TableRoot),
        ["signatures"] = typeof(CertificateSignature),
        ["path"] = typeof(PathNode),
        ["validators"] = typeof(ValidatorEntry),
        ["tables"] = typeof(StateTableEntry),
        ["siblings"] = typeof(PathNode),
    };

    private static readonly Dictionary<Type, string> Primitive = new()
    {
        [typeof(byte)] = "uint8",
        [typeof(ushort)] = "uint16",
        [typeof(uint)] = "uint32",
        [typeof(ulong)] = "uint64",
        [typeof(int)] = "int32",
        [typeof(long)] = "int64",
    };

    private static readonly Dictionary<Type, string> Named = new()
    {
        [typeof(UInt128)] = "uint128",
        [typeof(Int128)] = "int128",
        [typeof(Hash256)] = "hash256",
        [typeof(Signature)] = "signature",
        [typeof(BatchReceipt)] = "batchReceipt",
    };

    private static readonly Assembly[] Assemblies = [typeof(Negotiate).Assembly, typeof(Command).Assembly];

    public static TheoryData<string> Messages => new(Root.Elements().Where(e => e.Name.LocalName == "message").Select(Name));

    public static TheoryData<string> Commands => new(Types.Keys.Where(n => n.EndsWith("Command", StringComparison.Ordinal)));

    public static TheoryData<string> Enums => new(Types.Values.Where(e => e.Name.LocalName is "enum" or "set").Select(Name));

    [Fact]
    public void The_schema_names_itself_as_the_code_does()
    {
        Assert.Equal(Schema.Id, (ushort)(int)Root.Attribute("id")!);
        Assert.Equal(Schema.Version, (ushort)(int)Root.Attribute("version")!);
        Assert.Equal("littleEndian", (string)Root.Attribute("byteOrder")!);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_struct_matches_the_schema(string name)
    {
        XElement message = Root.Elements().Single(e => e.Name.LocalName == "message" && Name(e) == name);
        TemplateId id = Enum.Parse<TemplateId>(name);
        Assert.Equal((int)id, (int)message.Attribute("id")!);
        Compare(message.Elements("field"), StructOf(id), (int)message.Attribute("blockLength")!);
        foreach (XElement group in message.Elements("group"))
            Compare(group.Elements("field"), GroupEntries[Name(group)], (int)group.Attribute("blockLength")!);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_struct_matches_the_schema(string name)
    {
        Type type = typeof(Command).Assembly.GetType("FastLedger.Primitives.Commands." + name, throwOnError: true)!;
        Compare(Types[name].Elements(), type, Command.Size);
    }

    [Fact]
    public void The_receipt_of_a_batch_matches_the_schema() => Compare(Types["batchReceipt"].Elements(), typeof(BatchReceipt), BatchReceipt.Size);

    [Theory]
    [MemberData(nameof(Enums))]
    public void An_enum_matches_the_schema(string name)
    {
        Type type = Assemblies.SelectMany(a => a.GetExportedTypes()).Single(t => t.IsEnum && t.Name == name);
        XElement schema = Types[name];
        Assert.Equal((string)schema.Attribute("encodingType")!, Primitive[Enum.GetUnderlyingType(type)]);
        bool set = schema.Name.LocalName == "set";
        SortedDictionary<string, ulong> expected = new(schema.Elements().ToDictionary(
            Name, e => set ? 1UL << int.Parse(e.Value) : ulong.Parse(e.Value)));
        SortedDictionary<string, ulong> actual = new(Enum.GetNames(type)
            .Select(n => (Name: n, Value: Convert.ToUInt64(Enum.Parse(type, n))))
            .Where(v => !set || ulong.IsPow2(v.Value))
            .ToDictionary(v => v.Name, v => v.Value));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Every_struct_of_the_wire_is_in_the_schema()
    {
        HashSet<string> messages = [.. Root.Elements().Where(e => e.Name.LocalName == "message").Select(Name)];
        Assert.Equal(
            Enum.GetNames<TemplateId>().Where(n => n != nameof(TemplateId.None)).Order(),
            messages.Order());
        foreach (Type type in Assemblies.SelectMany(a => a.GetExportedTypes()).Where(t => t.IsValueType))
        {
            if (typeof(ICommand).IsAssignableFrom(type)) Assert.Contains(type.Name, Types.Keys);
            if (typeof(IMessage).IsAssignableFrom(type)) Assert.Contains(TemplateOf(type).ToString(), messages);
        }
    }

    [Fact]
    public void The_frame_header_is_the_framing_header_and_the_message_header()
    {
        FieldInfo[] fields = [.. Fields(typeof(FrameHeader))];
        Assert.Equal(("Length", 0), (fields[0].Name, Offset(fields[0])));
        Assert.Equal(("EncodingType", 4), (fields[1].Name, Offset(fields[1])));
        XElement[] header = [.. Types["messageHeader"].Elements()];
        Assert.Equal(header.Select(e => Pascal(Name(e))), fields[2..].Select(f => f.Name));
        int offset = 6;
        for (int i = 0; i < header.Length; i++)
        {
            Assert.Equal(offset, Offset(fields[i + 2]));
            offset += SizeOf(fields[i + 2].FieldType);
        }

        Assert.Equal(ProtocolLimits.HeaderBytes, offset);
        Assert.Equal(ProtocolLimits.HeaderBytes, SizeOf(typeof(FrameHeader)));
    }

    [Fact]
    public void A_group_head_has_four_counts()
    {
        Assert.Equal(Types["groupHead"].Elements().Select(e => Pascal(Name(e))), Fields(typeof(GroupHead)).Select(f => f.Name));
        Assert.Equal(GroupHead.Size, SizeOf(typeof(GroupHead)));
    }

    [Fact]
    public void The_head_of_messages_between_replicas_says_how_long_they_are()
    {
        Assert.Equal(Types["peerMessageHead"].Elements().Select(e => Pascal(Name(e))), Fields(typeof(PeerMessageHead)).Select(f => f.Name));
        Assert.Equal(PeerMessageHead.Size, SizeOf(typeof(PeerMessageHead)));
        Assert.True(ProtocolLimits.HeaderBytes + PeerMessageHead.Size + ProtocolLimits.MaxBatchBodyBytes <= ProtocolLimits.MaxPeerFrameBytes);
        Assert.True(StateSyncServer.MaxAnswerBytes <= ProtocolLimits.MaxPeerBodyBytes);
    }

    [Fact]
    public void A_full_batch_fits_into_the_longest_frame()
    {
        Assert.True(ProtocolLimits.HeaderBytes + ProtocolLimits.MaxBatchBodyBytes <= ProtocolLimits.MaxFrameBytes);
        Assert.Equal(ProtocolLimits.BatchCommandsOffset, SizeOf(typeof(CommandBatchHead)) + GroupHead.Size);
        Assert.True(FrameWriter.LengthOf<OrderEventsHead, OrderEvent>(ProtocolLimits.MaxOrderEvents) <= ProtocolLimits.MaxFrameBytes);
        Assert.True(FrameWriter.LengthOf<BatchResultHead, CommandResult>(ProtocolLimits.MaxBatchCommands) <= ProtocolLimits.MaxFrameBytes);
    }

    private static void Compare(IEnumerable<XElement> schema, Type type, int size)
    {
        Assert.Equal(LayoutKind.Explicit, type.StructLayoutAttribute!.Value);
        Assert.Equal(size, SizeOf(type));
        FieldInfo[] fields = [.. Fields(type)];

        // Command shows only what all opcodes share; the schema names the rest of its bytes.
        XElement[] elements = [.. schema.Where(e => type != typeof(Command) || Name(e) != "parameters")];
        Assert.Equal(elements.Select(e => Pascal(Name(e))), fields.Select(f => f.Name));
        int end = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            string where = $"{type.Name}.{fields[i].Name}";
            Assert.True(end == Offset(fields[i]), $"{where} leaves a gap or overlaps");
            Assert.True((int)elements[i].Attribute("offset")! == end, $"{where} has another offset in the schema");
            string schemaType = (string?)elements[i].Attribute("primitiveType") ?? (string)elements[i].Attribute("type")!;
            Type field = fields[i].FieldType;
            string codeType = Primitive.GetValueOrDefault(field) ?? Named.GetValueOrDefault(field) ?? field.Name;
            Assert.True(codeType == schemaType, $"{where} is {codeType}, the schema says {schemaType}");
            end += SizeOf(field);
        }

        Assert.Equal(type == typeof(Command) ? 16 : size, end);
    }

    private static Type StructOf(TemplateId id) => typeof(Negotiate).Assembly.GetExportedTypes()
        .Single(t => t.IsValueType && typeof(IMessage).IsAssignableFrom(t) && TemplateOf(t) == id);

    private static TemplateId TemplateOf(Type type) => (TemplateId)typeof(SchemaTests)
        .GetMethod(nameof(TemplateOfMessage), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!;

    private static TemplateId TemplateOfMessage<T>() where T : IMessage => T.TemplateId;

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static IEnumerable<FieldInfo> Fields(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).OrderBy(Offset);

    private static int Offset(FieldInfo field) => field.GetCustomAttribute<FieldOffsetAttribute>()!.Value;

    private static string Name(XElement element) => (string)element.Attribute("name")!;

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static XElement Load()
    {
        using Stream stream = typeof(Negotiate).Assembly.GetManifestResourceStream("fastledger.sbe.xml")!;
        return XElement.Load(stream);
    }
}
