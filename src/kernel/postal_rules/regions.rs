//! States, provinces and prefectures by code, name, and what else people call them (sources: ISO 3166-2; the names and
//! abbreviations that the countries' posts list, with those that were in use before).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is kept of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The code, which stands on letters.
    Code,
    /// The name: as written, or the first of the list for a code.
    Name,
}

/// What a text is as a region of a country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kernel) enum Region {
    /// One of the country's list, as it is kept.
    Listed(String),
    /// The country has no list here, or the text is in a script that the list is not in.
    AsWritten,
    /// None of the list.
    Unknown,
}

/// What `text` is as a region of the country: by code or name, in any letter case, with or without accents, full stops
/// and words like "province".
pub(in crate::kernel) fn region(country: &str, text: &str) -> Region {
    let Some((_, kept, list)) = LISTS.iter().find(|row| row.0 == country) else { return Region::AsWritten };
    let text = text.trim();
    let is_japan = country == "JP";
    let typed = words(text.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(text), is_japan);
    let keeps = |code: &str, name: &str| if *kept == Kept::Code { code.to_owned() } else { name.to_owned() };
    let by_code = entries(list).find(|(code, _)| code.to_lowercase() == typed.concat());
    if let Some((code, names)) = by_code {
        return Region::Listed(keeps(code, names.split('/').next().unwrap_or(code)));
    }
    let named = |matches: &dyn Fn(Vec<String>) -> bool| {
        entries(list).find(|(_, names)| names.split('/').any(|name| matches(words(name, is_japan))))
    };
    let (whole, bare) = (typed.concat(), without_kinds(&typed));
    let by_name = named(&|name| name.concat() == whole).or_else(|| named(&|name| without_kinds(&name) == bare));
    match by_name {
        Some((code, _)) if !bare.is_empty() => Region::Listed(keeps(code, text)),
        _ if *kept == Kept::Name && is_in_other_script(text) => Region::AsWritten,
        _ => Region::Unknown,
    }
}

fn entries(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list.split(';').filter_map(|entry| entry.split_once('='))
}

/// Lower-case words without accents. Long vowels of Japanese are written in several ways, and as short ones here.
fn words(text: &str, is_japan: bool) -> Vec<String> {
    let plain: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '.' | '\'' | '’' | '‘' | 'ʻ'))
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'ı' { 'i' } else { c })
        .collect();
    let short = |word: &str| word.replace("ou", "o").replace("oo", "o").replace("uu", "u");
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| if is_japan { short(word) } else { word.to_owned() }).collect()
}

/// The words run together, without those that only say what kind of region it is, if others are left.
fn without_kinds(words: &[String]) -> String {
    let telling = words.iter().filter(|word| !KINDS.contains(&word.as_str())).map(String::as_str).collect::<String>();
    if telling.is_empty() { words.concat() } else { telling }
}

fn is_in_other_script(text: &str) -> bool {
    let is_latin = |c: char| matches!(c, 'A'..='Z' | 'a'..='z' | 'À'..='ɏ' | 'Ḁ'..='ỿ');
    text.chars().any(char::is_alphabetic) && !text.chars().any(is_latin)
}

/// Words for a kind of region, and those that join names.
#[rustfmt::skip] // by language
const KINDS: &[&str] = &[
    "and", "of", "the", "state", "province", "region", "county", "city", "municipality", "prefecture", "pref", "emirate",
    "de", "del", "y", "do", "estado", "edo", "provincia", "prov", "pcia", "departamento", "depto", "dpto",
    "ken", "fu", "to", "sheng", "shi", "zizhiqu", "si", "teukbyeolsi", "gwangyeoksi", "teukbyeoljachido",
    "teukbyeoljachisi", "il", "ili",
];

/// Country, what is kept, and the regions: `code=name/other name/…`, divided by `;`.
#[rustfmt::skip] // lists
const LISTS: &[(&str, Kept, &str)] = &[
    ("AE", Kept::Name, "\
        AJ=Ajman;AZ=Abu Dhabi/AD/أبوظبي/أبو ظبي;DU=Dubai/DXB/دبي;FU=Fujairah/Al Fujairah;\
        RK=Ras al-Khaimah/RAK;SH=Sharjah/Al Sharjah/SHJ/الشارقة;UQ=Umm al-Quwain/UAQ/Umm al-Quwayn"),
    ("AR", Kept::Name, "\
        A=Salta;B=Buenos Aires/Bs As/GBA/PBA;\
        C=Ciudad Autónoma de Buenos Aires/CABA/Capital Federal/Cap Fed/Buenos Aires City/Ciudad de Buenos Aires;\
        D=San Luis;E=Entre Ríos;F=La Rioja;G=Santiago del Estero/Sgo del Estero;H=Chaco;J=San Juan;\
        K=Catamarca;L=La Pampa;M=Mendoza;N=Misiones;P=Formosa;Q=Neuquén;R=Río Negro;S=Santa Fe;T=Tucumán;\
        U=Chubut;V=Tierra del Fuego/Tierra del Fuego, Antártida e Islas del Atlántico Sur;W=Corrientes;\
        X=Córdoba;Y=Jujuy;Z=Santa Cruz"),
    ("AU", Kept::Code, "\
        ACT=Australian Capital Territory;NSW=New South Wales;NT=Northern Territory;QLD=Queensland;\
        SA=South Australia;TAS=Tasmania;VIC=Victoria;WA=Western Australia"),
    ("BR", Kept::Code, "\
        AC=Acre;AL=Alagoas;AM=Amazonas;AP=Amapá;BA=Bahia;CE=Ceará;DF=Distrito Federal/Brasília;\
        ES=Espírito Santo;GO=Goiás;MA=Maranhão;MG=Minas Gerais;MS=Mato Grosso do Sul;MT=Mato Grosso;\
        PA=Pará;PB=Paraíba;PE=Pernambuco;PI=Piauí;PR=Paraná;RJ=Rio de Janeiro;RN=Rio Grande do Norte;\
        RO=Rondônia;RR=Roraima;RS=Rio Grande do Sul;SC=Santa Catarina;SE=Sergipe;SP=São Paulo;\
        TO=Tocantins"),
    ("CA", Kept::Code, "\
        AB=Alberta/Alta;BC=British Columbia/Colombie-Britannique;MB=Manitoba/Man;\
        NB=New Brunswick/Nouveau-Brunswick;\
        NL=Newfoundland and Labrador/Terre-Neuve-et-Labrador/Newfoundland/NF/Nfld;\
        NS=Nova Scotia/Nouvelle-Écosse;NT=Northwest Territories/Territoires du Nord-Ouest/NWT;NU=Nunavut;\
        ON=Ontario/Ont;PE=Prince Edward Island/Île-du-Prince-Édouard/PEI;QC=Quebec/PQ/Que/Qué;\
        SK=Saskatchewan/Sask;YT=Yukon/YK/Yukon Territory"),
    ("CL", Kept::Name, "\
        \
        AI=Aysén/Aisén/XI/Aysén del General Carlos Ibáñez del Campo/Aisén del General Carlos Ibáñez del Campo;\
        AN=Antofagasta/II;AP=Arica y Parinacota/XV;AR=La Araucanía/IX/Araucanía;AT=Atacama/III;\
        BI=Biobío/VIII/Bío Bío;CO=Coquimbo/IV;\
        LI=O'Higgins/VI/Libertador General Bernardo O'Higgins/Libertador Bernardo O'Higgins;\
        LL=Los Lagos/X;LR=Los Ríos/XIV;\
        MA=Magallanes/XII/Magallanes y de la Antártica Chilena/Magallanes y la Antártica Chilena;\
        ML=Maule/VII;NB=Ñuble/XVI;\
        RM=Metropolitana de Santiago/Metropolitana/Santiago/XIII/Región Metropolitana;TA=Tarapacá/I;\
        VS=Valparaíso/V"),
    ("CN", Kept::Name, "\
        AH=Anhui;BJ=Beijing/北京/北京市/Peking;CQ=Chongqing/重庆/重庆市/重慶/重慶市/Chungking;FJ=Fujian/Fukien;\
        GD=Guangdong/Canton/Kwangtung;GS=Gansu;\
        GX=Guangxi/Guangxi Zhuang/Guangxi Zhuangzu/Guangxi Zhuang Autonomous Region/Guangxi Zhuangzu Zizhiqu;\
        GZ=Guizhou;HA=Henan;HB=Hubei;HE=Hebei;HI=Hainan;HK=Hong Kong/Hong Kong SAR/香港;HL=Heilongjiang;\
        HN=Hunan;JL=Jilin/Kirin;JS=Jiangsu/Kiangsu;JX=Jiangxi;LN=Liaoning;\
        MO=Macao/Macau/Macao SAR/Macau SAR/澳门/澳門;\
        NM=Inner Mongolia/Nei Mongol/Neimenggu/Nei Menggu/Nei Mongol Zizhiqu/Inner Mongolia Autonomous Region;\
        NX=Ningxia/Ningxia Hui/Ningxia Huizu/Ningxia Hui Autonomous Region/Ningxia Huizu Zizhiqu;\
        QH=Qinghai;SC=Sichuan/Szechuan/Szechwan;SD=Shandong/Shantung;SH=Shanghai/上海/上海市;SN=Shaanxi;\
        SX=Shanxi;TJ=Tianjin/天津/天津市/Tientsin;TW=Taiwan;\
        XJ=Xinjiang/Xinjiang Uygur/Xinjiang Uyghur/Sinkiang/Xinjiang Uygur Zizhiqu/Xinjiang Uygur Autonomous Region/Xinjiang Uyghur Autonomous Region;\
        XZ=Tibet/Xizang/Tibet Autonomous Region/Xizang Autonomous Region/Xizang Zizhiqu;YN=Yunnan;\
        ZJ=Zhejiang/Chekiang"),
    ("CO", Kept::Name, "\
        AMA=Amazonas;ANT=Antioquia;ARA=Arauca;ATL=Atlántico;BOL=Bolívar;BOY=Boyacá;CAL=Caldas;CAQ=Caquetá;\
        CAS=Casanare;CAU=Cauca;CES=Cesar;CHO=Chocó;COR=Córdoba;CUN=Cundinamarca;\
        DC=Bogotá D.C./Bogotá/Distrito Capital/Distrito Capital de Bogotá/Santafé de Bogotá/Santa Fe de Bogotá;\
        GUA=Guainía;GUV=Guaviare;HUI=Huila;LAG=La Guajira/Guajira;MAG=Magdalena;MET=Meta;NAR=Nariño;\
        NSA=Norte de Santander/N Santander/N de Santander;PUT=Putumayo;QUI=Quindío;RIS=Risaralda;\
        SAN=Santander;SAP=San Andrés y Providencia/San Andrés/San Andrés, Providencia y Santa Catalina;\
        SUC=Sucre;TOL=Tolima;VAC=Valle del Cauca/Valle;VAU=Vaupés;VID=Vichada"),
    ("IN", Kept::Name, "\
        AN=Andaman and Nicobar Islands;AP=Andhra Pradesh;AR=Arunachal Pradesh;AS=Assam;BR=Bihar;\
        CG=Chhattisgarh/Chattisgarh/CT;CH=Chandigarh;\
        DH=Dadra and Nagar Haveli and Daman and Diu/Dadra and Nagar Haveli/Daman and Diu/DN/DD;\
        DL=Delhi/New Delhi/NCT of Delhi;GA=Goa;GJ=Gujarat;HP=Himachal Pradesh;HR=Haryana;\
        JH=Jharkhand/Jharkand;JK=Jammu and Kashmir;KA=Karnataka;KL=Kerala/Keralam;LA=Ladakh;\
        LD=Lakshadweep/Laccadives;MH=Maharashtra/Maharastra;ML=Meghalaya;MN=Manipur;MP=Madhya Pradesh;\
        MZ=Mizoram;NL=Nagaland;OD=Odisha/Orissa/OR;PB=Punjab;PY=Puducherry/Pondicherry;RJ=Rajasthan;\
        SK=Sikkim;TN=Tamil Nadu/Tamizh Nadu/Tamilnad;TR=Tripura;TS=Telangana/TG;\
        UK=Uttarakhand/Uttaranchal/UT/UA;UP=Uttar Pradesh;WB=West Bengal"),
    ("JP", Kept::Name, "\
        01=Hokkaido/Hokkai/北海道;02=Aomori;03=Iwate;04=Miyagi;05=Akita;06=Yamagata;07=Fukushima;\
        08=Ibaraki/Ibaragi;09=Tochigi;10=Gunma/Gumma;11=Saitama;12=Chiba;13=Tokyo/東京/東京都;14=Kanagawa;\
        15=Niigata;16=Toyama;17=Ishikawa;18=Fukui;19=Yamanashi;20=Nagano;21=Gifu;22=Shizuoka;23=Aichi;\
        24=Mie;25=Shiga;26=Kyoto/京都/京都府;27=Osaka/大阪/大阪府;28=Hyogo;29=Nara;30=Wakayama;31=Tottori;\
        32=Shimane;33=Okayama;34=Hiroshima/Hirosima;35=Yamaguchi;36=Tokushima;37=Kagawa;38=Ehime;39=Kochi;\
        40=Fukuoka;41=Saga;42=Nagasaki;43=Kumamoto;44=Oita;45=Miyazaki;46=Kagoshima;47=Okinawa"),
    ("KR", Kept::Name, "\
        11=Seoul/서울/서울시/서울특별시;26=Busan/Pusan/부산/부산광역시;27=Daegu/Taegu/대구/대구광역시;28=Incheon/Inchon/인천/인천광역시;\
        29=Gwangju/Kwangju/광주/광주광역시;30=Daejeon/Taejon/Taejeon/대전/대전광역시;31=Ulsan/울산/울산광역시;\
        41=Gyeonggi/Kyonggi/Kyunggi/Kyeonggi/Gyunggi;42=Gangwon/Kangwon/Gangwon State;\
        43=North Chungcheong/Chungcheongbuk/Chungcheong-buk/Chungbuk/Choongbuk/Chungchongbuk;\
        44=South Chungcheong/Chungcheongnam/Chungcheong-nam/Chungnam/Choongnam/Chungchongnam;\
        45=North Jeolla/Jeollabuk/Jeolla-buk/Jeonbuk/Chonbuk/Cheonbuk/Chollabuk/Jeonbuk State;\
        46=South Jeolla/Jeollanam/Jeolla-nam/Jeonnam/Chonnam/Cheonnam/Chollanam;\
        47=North Gyeongsang/Gyeongsangbuk/Gyeongsang-buk/Gyeongbuk/Kyungbuk/Kyongbuk/Kyeongbuk/Kyongsangbuk;\
        48=South Gyeongsang/Gyeongsangnam/Gyeongsang-nam/Gyeongnam/Kyungnam/Kyongnam/Kyeongnam/Kyongsangnam;\
        49=Jeju/Cheju/제주/제주특별자치도;50=Sejong/세종/세종시/세종특별자치시"),
    ("MX", Kept::Name, "\
        AGU=Aguascalientes/Ags;BCN=Baja California/BC;BCS=Baja California Sur/BCS;CAM=Campeche/Camp;\
        CHH=Chihuahua/Chih;CHP=Chiapas/Chis;\
        CMX=Ciudad de México/CDMX/DF/Distrito Federal/México DF/Mexico City;\
        COA=Coahuila/Coah/Coahuila de Zaragoza;COL=Colima/Col;DUR=Durango/Dgo;GRO=Guerrero/Gro;\
        GUA=Guanajuato/Gto;HID=Hidalgo/Hgo;JAL=Jalisco/Jal;\
        MEX=Estado de México/México/Edomex/Edo Mex/Edo de México/State of Mexico;\
        MIC=Michoacán/Mich/Michoacán de Ocampo;MOR=Morelos;NAY=Nayarit;NLE=Nuevo León/NL;OAX=Oaxaca;\
        PUE=Puebla;QUE=Querétaro/Qro/Querétaro de Arteaga;ROO=Quintana Roo/Q Roo;SIN=Sinaloa/Sin;\
        SLP=San Luis Potosí;SON=Sonora;TAB=Tabasco;TAM=Tamaulipas/Tamps;TLA=Tlaxcala/Tlax;\
        VER=Veracruz/Veracruz de Ignacio de la Llave;YUC=Yucatán;ZAC=Zacatecas"),
    ("TR", Kept::Name, "\
        01=Adana;02=Adıyaman;03=Afyonkarahisar/Afyon;04=Ağrı;05=Amasya;06=Ankara;07=Antalya;08=Artvin;\
        09=Aydın;10=Balıkesir;11=Bilecik;12=Bingöl;13=Bitlis;14=Bolu;15=Burdur;16=Bursa;17=Çanakkale;\
        18=Çankırı;19=Çorum;20=Denizli;21=Diyarbakır;22=Edirne;23=Elazığ;24=Erzincan;25=Erzurum;\
        26=Eskişehir;27=Gaziantep;28=Giresun;29=Gümüşhane;30=Hakkâri;31=Hatay/Antakya;32=Isparta;\
        33=Mersin/İçel;34=İstanbul/Istanbul;35=İzmir/Izmir;36=Kars;37=Kastamonu;38=Kayseri;39=Kırklareli;\
        40=Kırşehir;41=Kocaeli/İzmit;42=Konya;43=Kütahya;44=Malatya;45=Manisa;46=Kahramanmaraş/Maraş;\
        47=Mardin;48=Muğla;49=Muş;50=Nevşehir;51=Niğde;52=Ordu;53=Rize;54=Sakarya/Adapazarı;55=Samsun;\
        56=Siirt;57=Sinop;58=Sivas;59=Tekirdağ;60=Tokat;61=Trabzon;62=Tunceli/Dersim;63=Şanlıurfa/Urfa;\
        64=Uşak;65=Van;66=Yozgat;67=Zonguldak;68=Aksaray;69=Bayburt;70=Karaman;71=Kırıkkale;72=Batman;\
        73=Şırnak;74=Bartın;75=Ardahan;76=Iğdır;77=Yalova;78=Karabük;79=Kilis;80=Osmaniye;81=Düzce"),
    ("TW", Kept::Name, "\
        CHA=Changhua;CYI=Chiayi City/嘉義市;CYQ=Chiayi;HSQ=Hsinchu;HSZ=Hsinchu City/新竹市;HUA=Hualien;\
        ILA=Yilan/Ilan;KEE=Keelung/基隆市;KHH=Kaohsiung/高雄市;KIN=Kinmen;LIE=Lienchiang/Matsu;MIA=Miaoli;\
        NAN=Nantou;NWT=New Taipei/新北市;PEN=Penghu;PIF=Pingtung;TAO=Taoyuan/桃園市;TNN=Tainan/臺南市/台南市;\
        TPE=Taipei/臺北市/台北市;TTT=Taitung;TXG=Taichung/臺中市/台中市;YUN=Yunlin"),
    ("US", Kept::Code, "\
        AK=Alaska;AL=Alabama;AR=Arkansas;AS=American Samoa;AZ=Arizona;CA=California/Calif;CO=Colorado;\
        CT=Connecticut;DC=District of Columbia/Washington DC;DE=Delaware;FL=Florida;GA=Georgia;GU=Guam;\
        HI=Hawaii;IA=Iowa;ID=Idaho;IL=Illinois;IN=Indiana;KS=Kansas;KY=Kentucky;LA=Louisiana;\
        MA=Massachusetts/Mass;MD=Maryland;ME=Maine;MI=Michigan;MN=Minnesota;MO=Missouri;\
        MP=Northern Mariana Islands/CNMI;MS=Mississippi;MT=Montana;NC=North Carolina;ND=North Dakota;\
        NE=Nebraska;NH=New Hampshire;NJ=New Jersey;NM=New Mexico;NV=Nevada;NY=New York;OH=Ohio;\
        OK=Oklahoma;OR=Oregon;PA=Pennsylvania/Penna;PR=Puerto Rico;RI=Rhode Island;SC=South Carolina;\
        SD=South Dakota;TN=Tennessee;TX=Texas;UM=United States Minor Outlying Islands;UT=Utah;VA=Virginia;\
        VI=U.S. Virgin Islands/Virgin Islands;VT=Vermont;WA=Washington;WI=Wisconsin;WV=West Virginia;\
        WY=Wyoming;AA=Armed Forces Americas;\
        AE=Armed Forces Europe/Armed Forces Europe/Armed Forces Africa/Armed Forces Canada/Armed Forces Middle East;\
        AP=Armed Forces Pacific;FM=Micronesia;MH=Marshall Islands;PW=Palau"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_regions_of_a_country_share_a_code_or_a_name() {
        for (country, _, list) in LISTS {
            let mut seen: Vec<(String, &str)> = Vec::new();
            for (code, names) in entries(list) {
                assert!(!names.contains(['=', ';']) && !names.is_empty(), "{country} {code}");
                let keys = names.split('/').map(|name| words(name, *country == "JP").concat());
                for key in keys.chain([code.to_lowercase()]) {
                    assert!(!key.is_empty(), "{country} {code}");
                    let other = seen.iter().find(|(known, owner)| *known == key && *owner != code);
                    assert_eq!(other, None, "{country} {code}");
                    seen.push((key, code));
                }
            }
        }
    }

    #[test]
    fn what_is_kept_is_found_again_as_itself() {
        for (country, _, list) in LISTS {
            for (code, names) in entries(list) {
                for typed in names.split('/').chain([code]) {
                    let Region::Listed(kept) = region(country, typed) else { panic!("{country} {typed}") };
                    assert_eq!(region(country, &kept), Region::Listed(kept.clone()), "{country} {typed}");
                    let shouted = region(country, &typed.to_uppercase());
                    assert!(matches!(shouted, Region::Listed(_)), "{country} {typed}");
                }
            }
        }
    }

    #[test]
    fn regions_are_known_by_what_people_call_them() {
        for (country, typed, kept) in [
            ("CA", "Québec", "QC"),
            ("CA", "quebec", "QC"),
            ("CA", "CA-QC", "QC"),
            ("US", "illinois", "IL"),
            ("US", "ae", "AE"),
            ("US", "D.C.", "DC"),
            ("US", "Washington State", "WA"),
            ("US", "washington dc", "DC"),
            ("AU", "N.S.W.", "NSW"),
            ("BR", "sao paulo", "SP"),
            ("BR", "Estado do Rio de Janeiro", "RJ"),
            ("MX", "Edo. Méx.", "Edo. Méx."),
            ("MX", "Mexico City", "Mexico City"),
            ("MX", "jal", "Jalisco"),
            ("IN", "Tamilnadu", "Tamilnadu"),
            ("IN", "TN", "Tamil Nadu"),
            ("IN", "Andaman & Nicobar Islands", "Andaman & Nicobar Islands"),
            ("CN", "Guangdong Province", "Guangdong Province"),
            ("CN", "SH", "Shanghai"),
            ("KR", "Gyeonggi-do", "Gyeonggi-do"),
            ("KR", "서울특별시", "서울특별시"),
            ("JP", "Tōkyō-to", "Tōkyō-to"),
            ("JP", "Ooita", "Ooita"),
            ("JP", "13", "Tokyo"),
            ("TR", "ISTANBUL", "ISTANBUL"),
            ("TR", "34", "İstanbul"),
            ("AR", "Prov. de Buenos Aires", "Prov. de Buenos Aires"),
            ("CL", "Región Metropolitana", "Región Metropolitana"),
            ("CO", "Valle", "Valle"),
            ("AE", "DU", "Dubai"),
        ] {
            assert_eq!(region(country, typed), Region::Listed(kept.to_owned()), "{country} {typed}");
        }
        for (country, typed) in [("JP", "とうきょうと"), ("CN", "广东省"), ("IN", "தமிழ்நாடு"), ("DE", "Hessen")]
        {
            assert_eq!(region(country, typed), Region::AsWritten, "{country} {typed}");
        }
        for (country, typed) in [("BR", "ZZ"), ("US", "AA1"), ("TR", "zzz"), ("CA", "東京"), ("CN", "z"), ("US", ".")]
        {
            assert_eq!(region(country, typed), Region::Unknown, "{country} {typed}");
        }
    }
}
