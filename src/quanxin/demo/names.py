"""Names that read as real ones, of subjects that do not exist.

Invariant: the same random source gives the same names; a name is composed of parts in the order that the rules of
enterprise names ask for (division, trade name, trade, legal form), and never taken from a register.
"""

from __future__ import annotations

from random import Random

from quanxin.demo.place import here

FIRST = (
    "恒泰盛华瑞祥隆兴鑫宏德信诚嘉佳元亨利达通茂源汇金银海天云宇晨旭明朗青松柏岳峰川河江湖波涛"
    "春夏秋冬荷莲兰竹梅安康宁和顺平福禄寿喜乐美雅文博学思远航宏图志成功业卓越优品创新科智慧星辰光耀辉煌"
)
SECOND = tuple(
    "达源盛隆昌茂丰裕泰和瑞祥康宁安信诚德仁义善美佳嘉华荣耀辉腾飞翔宇航宏远博雅文韵清泉流润泽霖雨露晨"
    "阳光明亮新创智慧联合众力鼎铭钧钰琪琳珑珂瑶池溪涧谷岭峰岳松柏桐梓楠樟榕枫林森禾苗田园圃圣凯旋胜"
)
THIRD = tuple("达源盛隆昌茂丰裕泰和瑞祥康宁安信诚德")

TRADES: dict[str, tuple[str, ...]] = {
    "manufacture": (
        "机械制造", "精密机械", "自动化设备", "电气设备", "汽车零部件", "食品", "生物医药", "新材料", "化工", "纺织",
        "包装制品", "建材", "钢结构", "阀门", "塑胶制品", "环保设备", "医疗器械", "电子科技",
    ),
    "trade": ("商贸", "贸易", "国际贸易", "供应链管理", "农产品", "医药", "百货", "建筑材料", "汽车销售", "物资"),
    "construction": ("建筑工程", "建设工程", "装饰工程", "市政工程", "园林绿化工程", "机电安装工程", "路桥工程"),
    "information": ("信息技术", "软件", "网络科技", "大数据", "数据服务", "智能科技", "云计算科技"),
    "services": (
        "企业管理", "人力资源", "广告传媒", "文化传播", "物业管理", "酒店管理", "餐饮管理", "家政服务", "检测技术",
        "咨询", "会展服务", "保安服务", "教育科技", "旅游", "物流", "运输",
    ),
    "agriculture": ("农业科技", "种业", "牧业", "果蔬", "生态农业", "苗木"),
}  # fmt: skip
FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")
SHOPS = (
    "小吃店", "餐馆", "面馆", "超市", "便利店", "百货店", "五金店", "服装店", "理发店", "美容店", "水果店", "蔬菜店", "烟酒店",
    "药店", "打印社", "花店", "茶叶店", "汽车维修部", "家电维修部", "建材经营部", "日用品商店", "早餐店", "烘焙坊", "文具店",
)  # fmt: skip
CROPS = (
    "大蒜",
    "核桃",
    "草莓",
    "葡萄",
    "蔬菜",
    "小麦",
    "玫瑰",
    "黄瓜",
    "山楂",
    "食用菌",
    "生姜",
    "养蜂",
    "肉羊养殖",
    "苗木花卉",
)
SOCIETIES = (
    "机械工业协会", "餐饮行业协会", "软件行业协会", "摄影家协会", "羽毛球协会", "书法研究会", "物流协会", "志愿者协会",
    "园艺学会", "护理学会", "乡村旅游协会",
)  # fmt: skip
CENTRES = (
    "社会工作服务中心",
    "养老服务中心",
    "职业培训学校",
    "儿童艺术中心",
    "社区公益服务中心",
    "康复护理院",
    "幼儿园",
)
CAUSES = ("助学", "扶老", "慈善", "教育发展", "医疗救助", "见义勇为")
ORGANS = (
    "市场监督管理局", "财政局", "教育局", "民政局", "司法局", "人力资源和社会保障局", "自然资源局", "住房和城乡建设局", "交通运输局", "水务局",
    "农业农村局", "商务局", "文化和旅游局", "卫生健康局", "应急管理局", "审计局", "统计局", "医疗保障局",
)  # fmt: skip
INSTITUTIONS = (
    "实验小学", "第一中学", "第二中学", "职业中等专业学校", "人民医院", "中医医院", "妇幼保健院", "疾病预防控制中心", "图书馆", "博物馆",
    "文化馆", "公共就业服务中心", "不动产登记中心", "农业技术推广中心", "畜牧兽医服务中心", "园林绿化服务中心", "水文中心", "档案馆",
)  # fmt: skip
SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎")
GIVEN = tuple("伟芳娜敏静丽强磊洋勇艳杰娟涛明超霞平刚桂英华玉兰红军建国庆文斌志鹏飞宇浩然子轩梓涵思雨佳怡晓东海燕")


def trade_name(random: Random) -> str:
    """A trade name (字号) of two or three characters."""
    text = random.choice(here().words.trade_characters + FIRST) + random.choice(SECOND)
    return text + random.choice(THIRD) if random.random() < 0.35 else text


def enterprise(random: Random, division: str) -> str:
    """A company: the city or the province, or the district, then trade name, trade and legal form."""
    town = here()
    district = town.of(division).removeprefix(town.city)
    wide = town.words.province.rstrip("省市") or town.short
    place = random.choices(
        (town.short, wide, town.of(division), town.short + district.rstrip("市区县")), (62, 26, 5, 7)
    )[0]
    trade = random.choice(TRADES[random.choice(tuple(TRADES))])
    if random.random() < 0.12:
        return f"{trade_name(random)}（{place.removeprefix(town.city)}）{trade}{random.choice(FORMS)}"
    return f"{place}{trade_name(random)}{trade}{random.choice(FORMS)}"


def branch(random: Random, of: str) -> str:
    """A branch of a company."""
    return f"{of}{random.choice(here().words.quarters)}分公司"


def sole_trader(random: Random, division: str) -> str:
    """A shop of a sole trader."""
    owner = person(random) if random.random() < 0.3 else trade_name(random)
    return f"{division}{owner}{random.choice(SHOPS)}"


def cooperative(random: Random, division: str) -> str:
    return f"{here().of(division)}{trade_name(random)}{random.choice(CROPS)}专业合作社"


def social_group(random: Random, division: str) -> str:
    place = random.choice((here().city, here().of(division)))
    return f"{place}{trade_name(random) if random.random() < 0.4 else ''}{random.choice((*SOCIETIES, *here().words.societies))}"


def private_non_enterprise(random: Random, division: str) -> str:
    return f"{here().of(division)}{trade_name(random)}{random.choice(CENTRES)}"


def foundation(random: Random) -> str:
    return f"{here().city}{trade_name(random)}{random.choice((*CAUSES, *here().words.causes))}基金会"


def organ(number: int, division: str) -> str:
    """The n-th organ of a division, or of the city itself; numbers beyond the list get an office of the organ."""
    office = "" if number < len(ORGANS) else f"驻第{number // len(ORGANS)}办事处"
    return f"{here().of(division)}{ORGANS[number % len(ORGANS)]}{office}"


def institution(number: int, division: str) -> str:
    branch_of = "" if number < len(INSTITUTIONS) else f"第{number // len(INSTITUTIONS)}分部"
    return f"{here().of(division)}{INSTITUTIONS[number % len(INSTITUTIONS)]}{branch_of}"


def village_committee(random: Random, division: str) -> str:
    return f"{here().of(division)}{trade_name(random)}街道{random.choice(SURNAMES)}家{random.choice('庄村营坡沟洼')}村民委员会"


def law_firm(random: Random) -> str:
    return f"{here().words.province.rstrip('省市') or here().short}{trade_name(random)}律师事务所"


def collective(random: Random, division: str) -> str:
    return f"{here().of(division)}{trade_name(random)}街道{random.choice(SURNAMES)}家庄村股份经济合作社"


def person(random: Random) -> str:
    """A person's name; it belongs to nobody in particular."""
    given = random.choice(GIVEN) + (random.choice(GIVEN) if random.random() < 0.7 else "")
    return random.choice(SURNAMES) + given


def address(random: Random, division: str) -> str:
    town = here()
    return f"{town.words.province}{town.of(division)}{random.choice(town.words.roads)}{random.randrange(1, 30000)}号{random.randrange(1, 30)}层{random.randrange(101, 2999)}室"
